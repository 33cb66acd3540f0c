// One HTML file that shows an evaluation: nothing is fetched, nothing lies beside it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "libcore/eval/stored_report.hpp"
#include "libcore/plot/case_picture.hpp"
#include "libcore/plot/case_run.hpp"
#include "libcore/plot/palette.hpp"

namespace tn {

struct HtmlReportOptions {
  std::string root;
  std::string title = "Evaluation";
  ThemeName theme = ThemeName::light;
  bool thumbnails = true;  // of the records' images; without them no pixel and no outline is in the page
  std::int64_t max_pixels = DecodeLimits().max_pixels;
};

// All pictures of a page together take at most this many bytes, so that it stays under 15 MB.
inline constexpr std::size_t kPictureBytes = 13'000'000;

// What the page shows: a report and, where they are known, the records it was made from.
struct HtmlReportInput {
  StoredReport report;
  CaseRun run;                     // the report's cases
  std::optional<CaseRun> records;  // with images and all keys
};

// Told of each picture: the case's id and, where it could not be read, why.
using PictureNews = std::function<void(const std::string& id, const std::optional<std::string>& error)>;

// Throws Error(bad_data) "PATH: reason" if the records are not those of the report.
std::string html_report(const HtmlReportInput& input, const HtmlReportOptions& options,
                        const PictureNews& news);

// The small picture of a case: <button> with a JPEG of at most `bytes` bytes and the outlines as SVG paths.
std::string thumbnail_html(const CasePicture& picture, std::size_t bytes);

}  // namespace tn
