#include "libcore/plot/case_picture.hpp"

#include <nlohmann/json.hpp>

#include "libcore/base/error.hpp"
#include "libcore/data/manifest.hpp"
#include "libcore/data/select.hpp"
#include "libcore/eval/case_score.hpp"
#include "libcore/image/mask.hpp"
#include "libcore/image/record_image.hpp"
#include "libcore/plot/case_run.hpp"

namespace tn {
namespace {

void load_pixels(CasePicture& picture, const Record& record, const std::string& root,
                 const DecodeLimits& limits) {
  if (record.is_null("image")) throw Error(Exit::bad_data, "the record has no image");
  const cv::Mat1b image = load_image(record, root, limits);
  const ImageSize size{image.cols, image.rows};
  picture.drawn = load_mask(record, root, size, limits);
  if (const auto prediction = prediction_of(record))
    picture.predicted = load_mask(*prediction, root, size, limits);
  if (picture.head != ActivationHead::none)
    picture.activation = load_activation(record, picture.head, root, size, limits);
  picture.image = image;
}

}  // namespace

CasePicture load_case(const Record& record, const std::string& root, const DecodeLimits& limits,
                      ActivationHead head) {
  CasePicture picture;
  picture.id = record.id();
  picture.head = head;
  picture.label = value_text(record, "label");
  picture.p_malignant = number_at(record, "p_malignant");
  const auto correct = record.at("metrics.class_correct");
  if (correct && correct->is_boolean()) picture.class_correct = correct->get<bool>();
  if (record.failed()) {
    picture.error = value_text(record, "error.msg").value_or("no reason given");
    return picture;
  }
  try {
    load_pixels(picture, record, root, limits);
    picture.spacing = spacing_of(record);
  } catch (const Error& error) {
    picture.error = error.what();
    picture.failed_here = true;
    return picture;
  }
  picture.dice = number_at(record, "metrics.dice");
  if (!picture.dice && picture.drawn && picture.predicted)
    picture.dice = dice(overlap(*picture.predicted, *picture.drawn));
  return picture;
}

}  // namespace tn
