// naive-predict MANIFEST DIR bright|dark: predicts without a network, as a control that must do badly. The
// mask is what lies above (bright) or below (dark) Otsu's threshold, the probability of malignancy is the
// mean grey level or one minus it. Masks go to DIR/ID.png, the records with predictions to stdout.
#include <fmt/format.h>

#include <opencv2/core.hpp>
#include <opencv2/imgproc.hpp>
#include <string_view>

#include "libcore/base/file.hpp"
#include "libcore/data/manifest.hpp"
#include "libcore/image/image_io.hpp"

namespace {

tn::Record predicted(tn::Record record, const std::string& folder, bool bright) {
  const cv::Mat1b image = tn::load_grey(record.text("image").value());
  cv::Mat1b mask;
  cv::threshold(image, mask, 0, 255, (bright ? cv::THRESH_BINARY : cv::THRESH_BINARY_INV) | cv::THRESH_OTSU);
  const std::string path = fmt::format("{}/{}.png", folder, record.id());
  tn::create_folders(tn::folder_of(path));
  tn::save_png(path, mask, false);
  const double grey = cv::mean(image)[0] / 255;
  record.set_raw("pred", fmt::format(R"({{"mask":"{}"}})", path));
  record.set("p_malignant", bright ? grey : 1 - grey);
  return record;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return 2;
  try {
    tn::ManifestReader reader(argv[1]);
    tn::ManifestWriter writer("-", false);
    writer.header(reader.header());
    while (auto record = reader.next())
      writer.write(predicted(std::move(*record), argv[2], std::string_view(argv[3]) == "bright"));
    writer.finish();
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "naive-predict: {}\n", error.what());
    return 1;
  }
}
