// tn-train: a preprocessed manifest -> a run folder with a model, checkpoints and logs.
#include <fmt/format.h>

#include <optional>
#include <string>
#include <vector>

#include "libcore/base/file.hpp"
#include "libcore/base/interrupt.hpp"
#include "libcore/base/text.hpp"
#include "libcore/cli/progress.hpp"
#include "libcore/cli/run_tool.hpp"
#include "libcore/data/run_log.hpp"
#include "libcore/data/select.hpp"
#include "libcore/net/api.hpp"
#include "libcore/net/run_folder.hpp"
#include "libcore/net/train_manifest.hpp"

namespace {

struct Options {
  std::vector<std::string> inputs;
  std::string folder;
  std::string root;
  std::vector<std::string> select;
  tn::Selection selection;
  std::optional<std::int64_t> size;
  bool allow_truncated = false;
  tn::NetOptions net;
  tn::TrainOptions train;
  std::optional<tn::AugmentPreset> augment;  // nothing: the preset's
  std::optional<std::string> max_time;
  bool resume = false;
  bool force = false;
  bool list_archs = false;
  std::optional<std::string> init;
};

tn::Flags flags(Options& o) {
  tn::Flags f({"tn-train", "Trains a network on the splits train and val of a preprocessed manifest.",
               "[OPTION]... -o FOLDER [MANIFEST]"});
  f.operands(o.inputs, "manifest", 0, 1);
  f.section("Input and output");
  f.optional("output,o", o.folder, "FOLDER", "run folder: model.safetensors, checkpoints, logs, config.ini");
  f.optional("root", o.root, "DIR", "folder that the manifest's paths start from");
  f.repeated("select", o.select, "KEY=VALUE", "use only records whose KEY has this VALUE");
  f.optional("limit", o.selection.limit, "N", "use at most N of the records");
  f.toggle("allow-truncated", o.allow_truncated, "take a manifest whose end record is missing");
  f.optional("size", o.size, "PX", "refuse a manifest whose frames have another size");
  f.toggle("resume", o.resume, "go on from the run folder's last checkpoint");
  f.once();
  f.toggle("force", o.force, "begin anew in a folder that holds a run");
  f.once();
  f.toggle("list-archs", o.list_archs,
           "print the architectures with their parameters and multiply-adds at 256 px and exit");
  f.once();
  f.section("Network");
  f.optional("arch", o.net.arch, "NAME", "architecture; --list-archs prints them");
  f.choice("task", o.train.task,
           {{"mtl", tn::Task::mtl}, {"segment", tn::Task::segment}, {"classify", tn::Task::classify}}, "TASK",
           "heads to train: mtl (both), segment or classify");
  f.optional("attention-pool", o.net.attention_pool, "N",
             "average keys and values over N x N squares: 1 (exact), 2 or 4");
  f.choice(
      "eca", o.net.eca,
      {{"fixed3", tn::EcaRule::fixed3}, {"adaptive", tn::EcaRule::adaptive}, {"none", tn::EcaRule::none}},
      "RULE",
      "kernel of channel attention: fixed3, or adaptive to the number of channels; none: no such attention");
  f.toggle_off("no-projection", o.net.projection, "FFANet without the projection of each block's input");
  f.toggle_off("no-attention", o.net.attention, "FFANet without position and channel attention");
  f.toggle_off("no-f0", o.net.f0, "FFANet without the stem's features beside the fusion");
  f.optional("init", o.init, "FILE",
             "begin with weights of a safetensors file: timm's, torchvision's or an own model");
  f.section("Loss");
  f.optional("alpha", o.train.alpha, "SHARE", "weight of the class loss");
  f.choice("joint", o.train.joint, {{"additive", tn::Joint::additive}, {"convex", tn::Joint::convex}}, "FORM",
           "additive: Dice + alpha CE; convex: (1 - alpha) Dice + alpha CE");
  f.section("Training");
  f.choice("preset", o.train.preset, {{"practical", tn::Preset::practical}, {"paper", tn::Preset::paper}},
           "NAME", "defaults of the settings below and of augmentation: practical or paper");
  f.optional("epochs", o.train.epochs, "N",
             "passes over the training images; what does not fill a batch waits for the next");
  f.optional("max-steps", o.train.max_steps, "N", "end after N optimiser steps");
  f.optional("max-time", o.max_time, "TIME",
             "end after this time: 90s, 45m, 2h; the cosine schedule follows it");
  f.optional("patience", o.train.patience, "N", "end after N epochs without a better validation; 0: never");
  f.optional("batch", o.train.batch, "N", "images an optimiser step");
  f.optional("accumulate", o.train.accumulate, "N", "take the batch in N parts to save memory");
  f.choice("optimizer", o.train.optimizer, {{"adam", tn::Optimizer::adam}, {"adamw", tn::Optimizer::adamw}},
           "NAME", "adam or adamw");
  f.optional("lr", o.train.learning_rate, "RATE", "learning rate at its highest");
  f.optional("weight-decay", o.train.weight_decay, "SHARE",
             "weight decay; adamw leaves out biases and batch norms");
  f.optional("beta1", o.train.beta1, "SHARE", "decay of the optimiser's first moment");
  f.optional("beta2", o.train.beta2, "SHARE", "decay of the optimiser's second moment");
  f.choice("schedule", o.train.schedule,
           {{"cosine", tn::Schedule::cosine}, {"plateau", tn::Schedule::plateau}}, "NAME",
           "learning rate over time: cosine, or plateau (halved when validation stands still)");
  f.optional("warmup", o.train.warmup_steps, "N", "steps of linear warm-up of the cosine schedule");
  f.optional("plateau-epochs", o.train.plateau_epochs, "N",
             "epochs without a better validation before the rate is halved");
  f.optional("ema", o.train.ema, "SHARE", "decay of the averaged weights a step; 0: none");
  f.optional("clip", o.train.clip, "NORM", "largest gradient norm; 0: none");
  f.optional("seed", o.train.seed, "N", "same seed and threads, same model");
  f.section("Augmentation: P, or P:LOW:HIGH with strengths");
  f.choice("augment", o.augment,
           {{"preset", std::nullopt},
            {"none", tn::AugmentPreset::none},
            {"paper", tn::AugmentPreset::paper},
            {"practical", tn::AugmentPreset::practical}},
           "NAME", "defaults of the following: preset (those of --preset), none, paper or practical");
  for (const tn::AugmentField& field : tn::augment_fields())
    f.custom(
        std::string("augment-") + field.name, field.chance != nullptr ? "P" : "P:LOW:HIGH", field.help,
        [&o, &field](const std::string& text) {
          o.train.augment = tn::with_augment_text(o.train.augment, field, text);
        },
        [&o, &field] { return tn::augment_text(o.train.augment, field); });
  f.section("Computing");
  f.optional("jobs,j", o.train.jobs, "N", "threads; 0: every core");
  f.unrecorded();
  f.from_environment("TN_JOBS");
  f.choice("precision", o.train.precision,
           {{"auto", tn::Precision::automatic},
            {"float32", tn::Precision::float32},
            {"bfloat16", tn::Precision::bfloat16}},
           "TYPE", "float32, bfloat16, or auto: bfloat16 where the processor multiplies in it");
  f.defaults_from([&o] {
    const tn::TrainOptions given = o.train;
    o.train = tn::preset_options(given.preset);
    o.train.task = given.task;
    if (o.augment) o.train.augment = tn::augment_preset(*o.augment);
  });
  return f;
}

// Puts what the trainer tells into the run's log and onto the terminal.
class Reporter : public tn::TrainObserver {
 public:
  Reporter(const tn::Invocation& call, const Options& o) : call_(call), o_(o) {}

  void started(const tn::TrainStart& start) override {
    tn::expect_free_run_folder(o_.folder, o_.resume, o_.force);  // again: reading may have taken long
    if (!o_.resume) tn::begin_run_folder(o_.folder, call_.config_text);
    log_.emplace(o_.folder, start.epoch - 1);
    const std::int64_t all = start.epoch_steps * o_.train.epochs;
    const std::int64_t steps = o_.train.max_steps ? std::min(all, *o_.train.max_steps) : all;
    progress_.emplace(call_.program, "steps", o_.max_time ? 0 : steps, call_.progress);
    progress_->begin_at((start.epoch - 1) * start.epoch_steps + start.epoch_step);
    if (!start.warning.empty()) call_.log.warning(start.warning);
    if (!start.init.summary.empty()) call_.log.note(start.init.summary);
    for (const std::string& line : start.init.details) call_.log.detail(line);
    if (start.measure.empty())
      call_.log.warning(
          "no validation record to choose the best model by: the last epoch's weights are the model");
    call_.log.note(fmt::format("{}: {} parameters, {} steps an epoch, {}, {} threads", o_.net.arch,
                               start.parameters, start.epoch_steps, start.bfloat16 ? "bfloat16" : "float32",
                               start.threads));
  }
  void step(std::int64_t epoch, std::int64_t, double loss, double share) override {
    progress_->set_share(share);
    progress_->advance(1, fmt::format("epoch {}, loss {:.4f}", epoch, loss));
  }
  void epoch(const tn::EpochLog& log) override {
    log_->append(log);
    call_.log.note(tn::epoch_summary(log));
  }
  bool interrupted() override { return tn::interrupt_signal() != 0; }

 private:
  const tn::Invocation& call_;
  const Options& o_;
  std::optional<tn::RunLog> log_;
  std::optional<tn::Progress> progress_;
};

tn::Exit list_archs() {
  tn::TextOutput out("-", false);
  for (const tn::ArchInfo& info : tn::NetLayer::open().architectures())
    out.write(fmt::format("{}\t{}\t{}\n", info.name, info.parameters, info.multiply_adds));
  out.finish();
  return tn::Exit::ok;
}

void settle(Options& o) {
  if (o.folder.empty()) throw tn::Error(tn::Exit::usage, "--output FOLDER is required");
  if (o.resume && o.force) throw tn::Error(tn::Exit::usage, "--resume and --force contradict each other");
  for (const std::string& text : o.select) o.selection.conditions.push_back(tn::parse_condition(text));
  tn::check(o.selection);
  if (o.max_time) o.train.max_seconds = tn::parse_duration(*o.max_time);
  o.net.mask_head = o.train.task != tn::Task::classify;
  o.net.class_head = o.train.task != tn::Task::segment;
  tn::check(o.train);
  tn::check(o.net);
}

tn::Exit run(Options o, const tn::Invocation& call) {
  if (o.list_archs) return list_archs();
  settle(o);
  tn::expect_free_run_folder(o.folder, o.resume, o.force);
  const tn::NetLayer& net = tn::NetLayer::open();
  net.check(o.net);
  const tn::InterruptScope interruptible;
  const tn::TrainingSet set = tn::load_training_set(o.inputs.empty() ? "-" : o.inputs.front(), o.root,
                                                    o.selection, o.size, o.train.task, o.allow_truncated);
  call.log.note(
      fmt::format("{} images to train on, {} to validate on", set.train.size(), set.validation.size()));
  if (set.errors > 0)
    call.log.warning(fmt::format("{} records arrived with an error and are left out", set.errors));

  Reporter reporter(call, o);
  tn::TrainJob job = tn::make_train_job(set, o.net, o.train, o.folder, o.resume, call.command_line);
  if (o.init) tn::begin_with(job, *o.init);
  const tn::TrainOutcome outcome = net.train(job, reporter);
  if (outcome.interrupted) {
    call.log.note(fmt::format("stopped; --resume goes on from {}", o.folder));
    return tn::Exit::interrupted;
  }
  call.log.note(fmt::format(
      "{}/model.safetensors: epoch {} of {}{}", o.folder, outcome.best_epoch, outcome.epochs,
      outcome.measure.empty() ? "" : fmt::format(", validation {} {:.4f}", outcome.measure, outcome.best)));
  return tn::Exit::ok;
}

}  // namespace

int main(int argc, char** argv) {
  Options o;
  return tn::run_tool(argc, argv, flags(o), [&](const tn::Invocation& call) { return run(o, call); });
}
