#include <dlfcn.h>
#include <fmt/format.h>

#include <string>
#include <utility>

#include "libcore/base/error.hpp"
#include "libcore/base/file.hpp"
#include "libcore/base/module.hpp"
#include "libcore/net/border.hpp"
#include "libcore/net/libtorch.hpp"

namespace tn {
namespace {

void expect_ok(const BorderFailure& failure) {
  if (!failure.ok()) throw Error::of(failure.code, failure.text);
}

class OpenedPredictor : public Predictor {
 public:
  explicit OpenedPredictor(std::unique_ptr<PredictorBorder> border) : border_(std::move(border)) {}

  std::vector<NetOutput> predict(std::span<const cv::Mat1b> frames) override {
    std::vector<NetOutput> outputs;
    expect_ok(border_->predict(frames, outputs));
    return outputs;
  }
  const nlohmann::json& meta() const override { return border_->meta(); }

 private:
  std::unique_ptr<PredictorBorder> border_;
};

class OpenedExplainer : public Explainer {
 public:
  explicit OpenedExplainer(std::unique_ptr<ExplainerBorder> border) : border_(std::move(border)) {}

  std::vector<ActivationMaps> explain(std::span<const cv::Mat1b> frames, double threshold) override {
    std::vector<ActivationMaps> maps;
    expect_ok(border_->explain(frames, threshold, maps));
    return maps;
  }

 private:
  std::unique_ptr<ExplainerBorder> border_;
};

class OpenedLayer : public NetLayer {
 public:
  explicit OpenedLayer(const NetBorder& border) : border_(border) {}

  std::unique_ptr<Predictor> load(const std::string& model, const PredictOptions& options) const override {
    std::unique_ptr<PredictorBorder> predictor;
    expect_ok(border_.load(model, options, predictor));
    return std::make_unique<OpenedPredictor>(std::move(predictor));
  }
  std::unique_ptr<Explainer> explainer(const std::string& model,
                                       const PredictOptions& options) const override {
    std::unique_ptr<ExplainerBorder> explainer;
    expect_ok(border_.explainer(model, options, explainer));
    return std::make_unique<OpenedExplainer>(std::move(explainer));
  }
  TrainOutcome train(const TrainJob& job, TrainObserver& observer) const override {
    TrainOutcome outcome;
    expect_ok(border_.train(job, observer, outcome));
    return outcome;
  }
  Graph trace(const std::string& model, bool any_size) const override {
    Graph graph;
    expect_ok(border_.trace(model, any_size, graph));
    return graph;
  }
  void check(const NetOptions& options) const override { expect_ok(border_.check(options)); }
  void expect_device(const std::string& device) const { expect_ok(border_.expect_device(device)); }
  std::vector<ArchInfo> architectures() const override {
    std::vector<ArchInfo> infos;
    expect_ok(border_.architectures(infos));
    return infos;
  }

 private:
  const NetBorder& border_;
};

constexpr ModuleName kName{"the network layer", "the network layer is"};

const NetBorder& open_border() {
  open_libtorch();
  void* module = open_module(executable_folder() + "/" TN_NET_MODULE, RTLD_NOW | RTLD_GLOBAL, kName);
  return border_of<NetBorder>(module, "tn_net_border", kNetBorder, kName);
}

}  // namespace

const NetLayer& NetLayer::open(const std::string& device) {
  if (device.starts_with("cuda")) open_libtorch_cuda();
  static const OpenedLayer layer(open_border());  // never closed: LibTorch does not survive it
  if (device != "cpu") layer.expect_device(device);
  return layer;
}

FoundDevice open_device(const DeviceWish& wish, Precision precision) {
  FoundDevice found = find_device(wish);
  if (found.name == "cpu") return found;
  try {
    NetLayer::open(found.name);
  } catch (const Error& error) {
    if (wish.kind != DeviceKind::automatic || error.exit_code() != Exit::usage) throw;
    return {"cpu", "",
            fmt::format("computing on the processor, not on {}: {}", found.hardware, error.what())};
  }
  if (precision == Precision::bfloat16 && !multiplies_in_bfloat16(found.name))
    throw Error(Exit::usage, "device {}: {} does not multiply in bfloat16", found.name, found.hardware);
  return found;
}

}  // namespace tn
