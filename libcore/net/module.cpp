// The shared object's one entry: every exception becomes a BorderFailure here.
#include <c10/util/Exception.h>

#include <new>
#include <string_view>

#include "libcore/base/error.hpp"
#include "libcore/base/text.hpp"
#include "libcore/net/border.hpp"
#include "libcore/net/explainer.hpp"
#include "libcore/net/multiply_adds.hpp"
#include "libcore/net/predictor.hpp"
#include "libcore/net/registry.hpp"
#include "libcore/net/runtime.hpp"
#include "libcore/net/saved_network.hpp"
#include "libcore/net/trace.hpp"
#include "libcore/net/trainer.hpp"

namespace tn {
namespace {

// LibTorch's messages run to twenty lines: the first says what happened.
std::string first_line(std::string_view text) {
  return printable(text.substr(0, text.find('\n')), 500);
}

template <typename Work>
BorderFailure guarded(const Work& work) noexcept {
  try {
    work();
    return {};
  } catch (const Error& error) {
    return {error.exit_code(), error.what()};
  } catch (const std::bad_alloc&) {
    return {Exit::try_again, "out of memory"};
  } catch (const c10::Error& error) {
    const std::string line = first_line(error.what_without_backtrace());
    if (is_out_of_memory(error)) return {Exit::try_again, "out of memory in the network"};
    return {Exit::internal, "internal error: " + line};
  } catch (const std::exception& error) {
    return {Exit::internal, "internal error: " + first_line(error.what())};
  } catch (...) {
    return {Exit::internal, "internal error of unknown type"};
  }
}

class GuardedPredictor : public PredictorBorder {
 public:
  explicit GuardedPredictor(std::unique_ptr<TorchPredictor> predictor) : predictor_(std::move(predictor)) {}

  BorderFailure predict(std::span<const cv::Mat1b> frames,
                        std::vector<NetOutput>& outputs) noexcept override {
    return guarded([&] { outputs = predictor_->predict(frames); });
  }
  const nlohmann::json& meta() const noexcept override { return predictor_->meta(); }

 private:
  std::unique_ptr<TorchPredictor> predictor_;
};

class GuardedExplainer : public ExplainerBorder {
 public:
  explicit GuardedExplainer(std::unique_ptr<TorchExplainer> explainer) : explainer_(std::move(explainer)) {}

  BorderFailure explain(std::span<const cv::Mat1b> frames, double threshold,
                        std::vector<ActivationMaps>& maps) noexcept override {
    return guarded([&] { maps = explainer_->explain(frames, threshold); });
  }

 private:
  std::unique_ptr<TorchExplainer> explainer_;
};

class Module : public NetBorder {
 public:
  int version() const noexcept override { return kNetBorder; }

  BorderFailure load(const std::string& model, const PredictOptions& options,
                     std::unique_ptr<PredictorBorder>& predictor) const noexcept override {
    return guarded([&] {
      predictor = std::make_unique<GuardedPredictor>(std::make_unique<TorchPredictor>(model, options));
    });
  }
  BorderFailure explainer(const std::string& model, const PredictOptions& options,
                          std::unique_ptr<ExplainerBorder>& explainer) const noexcept override {
    return guarded([&] {
      explainer = std::make_unique<GuardedExplainer>(std::make_unique<TorchExplainer>(model, options));
    });
  }
  BorderFailure train(const TrainJob& job, TrainObserver& observer,
                      TrainOutcome& outcome) const noexcept override {
    return guarded([&] { outcome = Trainer(job, observer).run(); });
  }
  BorderFailure trace(const std::string& model, bool any_size, Graph& graph) const noexcept override {
    return guarded([&] {
      const auto [spec, network] = load_network(model);
      try {
        graph = any_size ? trace_any_size(*network, spec.net.in_channels)
                         : tn::trace(*network, spec.net.in_channels, spec.preprocess.size);
      } catch (const Error& error) {
        throw Error::of(error.exit_code(), fmt::format("{}: {}", model, error.what()));
      }
    });
  }
  BorderFailure check(const NetOptions& options) const noexcept override {
    return guarded([&] { make_network(options); });
  }
  BorderFailure expect_device(const std::string& device) const noexcept override {
    return guarded([&] { tn::expect_device(device); });
  }
  BorderFailure architectures(std::vector<ArchInfo>& infos) const noexcept override {
    return guarded([&] {
      for (const std::string& name : architecture_names()) {
        const NetOptions options = whole_network(name);
        const auto network = make_network(options);
        infos.push_back({name, count_parameters(*network),
                         count_multiply_adds(*network, options.in_channels, ArchInfo::kSide)});
      }
    });
  }
};

}  // namespace
}  // namespace tn

__attribute__((visibility("default"))) const tn::NetBorder* tn_net_border() noexcept {
  static const tn::Module module;
  return &module;
}
