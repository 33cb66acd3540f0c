#include "libcore/net/vovnet_classifier.hpp"

namespace tn {

namespace {

// timm keeps its classifier below "head".
struct Head : torch::nn::Module {
  explicit Head(const ClassHead& fc) { register_module("fc", fc); }
};

}  // namespace

VovNetClassifier::VovNetClassifier(const VovNetClassifierOptions& options)
    : body_(options.in_channels, vovnet39(), options.eca, options.projection),
      fc_(vovnet39().out.back(), options.classes) {
  for (const auto& part : body_->named_children()) register_module(part.key(), part.value());
  register_module("head", std::make_shared<Head>(fc_));
  to_channels_last(*this);
}

Prediction VovNetClassifier::forward(const at::Tensor& images) {
  Prediction prediction;
  prediction.class_logits = fc_->forward(watched(body_->forward(images).f4));
  return prediction;
}

}  // namespace tn
