// tn-train: a preprocessed manifest -> a run folder with a model, checkpoints and logs.
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "libcore/base/file.hpp"
#include "libcore/base/interrupt.hpp"
#include "libcore/base/text.hpp"
#include "libcore/base/threads.hpp"
#include "libcore/base/version.hpp"
#include "libcore/cli/progress.hpp"
#include "libcore/cli/run_tool.hpp"
#include "libcore/data/run_log.hpp"
#include "libcore/data/select.hpp"
#include "libcore/net/api.hpp"
#include "libcore/net/mpi_border.hpp"
#include "libcore/net/run_folder.hpp"
#include "libcore/net/train_manifest.hpp"
#include "tools/augment_flags.hpp"
#include "tools/device_flags.hpp"
#include "tools/select_watch.hpp"

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
  tn::DeviceWish device;
  tn::FoundDevice found;
  std::optional<tn::AugmentPreset> augment;  // nothing: the preset's
  std::optional<std::string> max_time;
  std::optional<std::string> checkpoint_every;
  tn::Resume resume = tn::Resume::never;
  std::string process_timeout = "30m";
  bool requeue = false;
  bool force = false;
  bool list_archs = false;
  std::optional<std::string> init;
};

void add_input_flags(tn::Flags& f, Options& o) {
  f.section("Input and output");
  f.optional("output,o", o.folder, "FOLDER", "run folder: model.safetensors, checkpoints, logs, config.ini");
  f.optional("root", o.root, "DIR", "folder that the manifest's paths start from");
  f.repeated("select", o.select, "KEY=VALUE", "use only records whose KEY has this VALUE; also KEY!=VALUE");
  f.optional("limit", o.selection.limit, "N", "use at most N of the records");
  f.toggle("allow-truncated", o.allow_truncated, "take a manifest whose end record is missing");
  f.optional("size", o.size, "PX", "refuse a manifest whose frames have another size");
  f.choice(
      "resume", o.resume,
      {{"never", tn::Resume::never}, {"always", tn::Resume::always}, {"auto", tn::Resume::automatic}}, "WHEN",
      "go on from the run folder's last checkpoint: always (meant by --resume alone), or auto: where there "
      "is one, and begin anew where there is none");
  f.implied("always");
  f.once();
  f.toggle("requeue", o.requeue, "exit with 75 when interrupted with a checkpoint to go on from");
  f.optional("checkpoint-every", o.checkpoint_every, "TIME",
             "time between checkpoints inside an epoch (one is written after each epoch) (default: 10m)");
  f.toggle("force", o.force, "begin anew in a folder that holds a run");
  f.once();
  f.toggle("list-archs", o.list_archs,
           "print the architectures with their parameters and multiply-adds at 256 px and exit");
  f.once();
}

void add_network_flags(tn::Flags& f, Options& o) {
  f.section("Network");
  f.optional("arch", o.net.arch, "NAME",
             "architecture, that of --preset unless named; --list-archs prints all");
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
}

void add_loss_flags(tn::Flags& f, Options& o) {
  f.section("Loss");
  f.optional("alpha", o.train.alpha, "SHARE", "weight of the class loss");
  f.choice("joint", o.train.joint, {{"additive", tn::Joint::additive}, {"convex", tn::Joint::convex}}, "FORM",
           "additive: Dice + alpha CE; convex: (1 - alpha) Dice + alpha CE");
  f.custom(
      "class-weights", "B,M", "factors of benign and malignant in the class loss, or none, or balanced",
      [&o](const std::string& text) { o.train.class_weights = tn::parse_class_weights(text); },
      [&o] { return tn::class_weights_text(o.train.class_weights); });
  f.optional("label-smoothing", o.train.label_smoothing, "SHARE",
             "share of a class label that is spread over both classes");
}

void add_training_flags(tn::Flags& f, Options& o) {
  f.section("Training");
  f.choice("preset", o.train.preset, {{"practical", tn::Preset::practical}, {"paper", tn::Preset::paper}},
           "NAME", "defaults of architecture, of the settings below and of augmentation: practical or paper");
  f.optional("epochs", o.train.epochs, "N",
             "passes over the training images; what does not fill a batch waits for the next");
  f.optional("max-steps", o.train.max_steps, "N", "end after N optimiser steps");
  f.optional("max-time", o.max_time, "TIME",
             "end after this time: 90s, 45m, 2h; cosine and polynomial follow it");
  f.optional("patience", o.train.patience, "N", "end after N epochs without a better validation; 0: never");
  f.optional("batch", o.train.batch, "N", "images an optimiser step");
  f.optional("accumulate", o.train.accumulate, "N", "take the batch in N parts to save memory");
  f.choice("optimizer", o.train.optimizer,
           {{"adam", tn::Optimizer::adam}, {"adamw", tn::Optimizer::adamw}, {"sgd", tn::Optimizer::sgd}},
           "NAME", "adam, adamw or sgd");
  f.optional("lr", o.train.learning_rate, "RATE", "learning rate at its highest");
  f.optional("weight-decay", o.train.weight_decay, "SHARE",
             "weight decay; adamw leaves out biases and batch norms");
  f.optional("beta1", o.train.beta1, "SHARE", "decay of adam's and adamw's first moment");
  f.optional("beta2", o.train.beta2, "SHARE", "decay of adam's and adamw's second moment");
  f.optional("momentum", o.train.momentum, "SHARE", "momentum of sgd; 0: none");
  f.toggle("nesterov", o.train.nesterov, "take sgd's momentum in Nesterov's form");
  f.choice(
      "schedule", o.train.schedule,
      {{"constant", tn::Schedule::constant},
       {"step", tn::Schedule::step},
       {"plateau", tn::Schedule::plateau},
       {"cosine", tn::Schedule::cosine},
       {"polynomial", tn::Schedule::polynomial}},
      "NAME",
      "learning rate over time: constant, step, plateau (lowered when validation stands still), cosine or "
      "polynomial");
  f.optional("warmup", o.train.warmup_steps, "N",
             "steps over which the rate rises linearly first, at most a fifth of the run; 0: none");
  f.optional("step-epochs", o.train.step_epochs, "N", "epochs after which step lowers the rate, each time");
  f.optional("plateau-epochs", o.train.plateau_epochs, "N",
             "epochs without a better validation before plateau lowers the rate");
  f.optional("rate-factor", o.train.rate_factor, "SHARE", "what step and plateau lower the rate to");
  f.optional("power", o.train.power, "NUMBER", "exponent of the polynomial schedule");
  f.optional("ema", o.train.ema, "SHARE", "decay of the averaged weights a step; 0: none");
  f.optional("clip", o.train.clip, "NORM", "largest gradient norm; 0: none");
  f.choice(
      "non-finite", o.train.non_finite,
      {{"stop", tn::NonFinite::stop}, {"skip", tn::NonFinite::skip}, {"rollback", tn::NonFinite::rollback}},
      "WAY",
      "on a loss that is not finite: stop, skip the batch, or rollback to the last checkpoint and on with "
      "half the rate");
  f.toggle_off("no-calibrate", o.train.calibrate,
               "leave temperature and thresholds at 1 and 0.5; else validation chooses them at the end");
  f.optional("seed", o.train.seed, "N", "same seed and threads, same model");
}

void add_process_flags(tn::Flags& f, Options& o) {
  f.section("Several processes, started by mpirun or srun");
  f.toggle("sync-batch-norm", o.train.sync_batch_norm, "batch norm over the images of all processes");
  f.optional("process-timeout", o.process_timeout, "TIME",
             "end where another process does not answer for so long: 90s, 45m, 2h");
}

void add_augmentation_flags(tn::Flags& f, Options& o) {
  f.section("Augmentation: P, or P:LOW:HIGH with strengths");
  f.choice("augment", o.augment,
           {{"preset", std::nullopt},
            {"none", tn::AugmentPreset::none},
            {"paper", tn::AugmentPreset::paper},
            {"practical", tn::AugmentPreset::practical}},
           "NAME", "defaults of the following: preset (those of --preset), none, paper or practical");
  tn::add_augment_flags(f, o.train.augment);
}

void add_computing_flags(tn::Flags& f, Options& o) {
  f.section("Computing");
  f.optional("jobs,j", o.train.jobs, "N", "threads; 0: every core");
  f.unrecorded();
  f.from_environment("TN_JOBS");
  f.optional("cache-mb", o.train.cache_mb, "MB",
             "memory for decoded frames; those beyond it are decoded each epoch");
  f.choice("precision", o.train.precision,
           {{"auto", tn::Precision::automatic},
            {"float32", tn::Precision::float32},
            {"bfloat16", tn::Precision::bfloat16}},
           "TYPE", "float32, bfloat16, or auto: bfloat16 where the device multiplies in it");
  tn::add_device_flag(f, o.device);
  tn::add_tf32_flag(f, o.train.tf32);
}

tn::Flags flags(Options& o) {
  tn::Flags f({"tn-train", "Trains a network on the splits train and val of a preprocessed manifest.",
               "[OPTION]... -o FOLDER [MANIFEST]"});
  f.operands(o.inputs, "manifest", 0, 1);
  add_input_flags(f, o);
  add_network_flags(f, o);
  add_loss_flags(f, o);
  add_training_flags(f, o);
  add_process_flags(f, o);
  add_augmentation_flags(f, o);
  add_computing_flags(f, o);
  f.defaults_from([&o] {
    const tn::TrainOptions given = o.train;
    o.train = tn::preset_options(given.preset);
    o.net.arch = tn::preset_arch(given.preset);
    o.train.task = given.task;
    if (o.augment) o.train.augment = tn::augment_preset(*o.augment);
  });
  return f;
}

// Puts what the trainer tells into the run's logs and onto the terminal.
class Reporter : public tn::TrainObserver {
 public:
  Reporter(const tn::Invocation& call, const Options& o, const tn::TrainJob& job)
      : call_(call), o_(o), job_(job) {}

  void started(const tn::TrainStart& start) override {
    lock_.emplace(o_.folder);
    // Again: reading may have taken long.
    if (tn::goes_on(o_.folder, o_.resume, o_.force) != job_.resume)
      throw tn::Error(tn::Exit::cannot_create, "{}: another run began here meanwhile", o_.folder);
    if (!job_.resume) tn::begin_run_folder(o_.folder, call_.config_text);
    tn::sweep_run_folder(o_.folder);
    log_.emplace(o_.folder, start.epoch - 1);
    tn::append_environment(o_.folder, environment(start));
    const std::int64_t all = start.epoch_steps * o_.train.epochs;
    const std::int64_t steps = o_.train.max_steps ? std::min(all, *o_.train.max_steps) : all;
    progress_.emplace(call_.program, "steps", o_.max_time ? 0 : steps, call_.progress);
    progress_->begin_at((start.epoch - 1) * start.epoch_steps + start.epoch_step);
    if (!start.warning.empty()) call_.log.warning(start.warning);
    if (!start.init.summary.empty()) call_.log.note(start.init.summary);
    for (const std::string& line : start.init.details) call_.log.detail(line);
    if (start.measure.empty()) warn_of_no_measure();
    if (const std::string warning = tn::class_warning(job_.train, o_.train); !warning.empty())
      call_.log.warning(warning);
    if (const auto images = static_cast<std::int64_t>(job_.train.size()); images < o_.train.batch)
      call_.log.warning(
          fmt::format("a batch is {} images, all that there are, not {}", images, o_.train.batch));
    call_.log.note(fmt::format("{}: {} parameters, {} steps an epoch, {}, {}{}", o_.net.arch,
                               start.parameters, start.epoch_steps, start.bfloat16 ? "bfloat16" : "float32",
                               tn::counted(static_cast<std::size_t>(start.threads), "thread"), on_device()));
    if (job_.resume && !start.finished)
      call_.log.note(fmt::format("going on after {} steps of epoch {}", start.epoch_step, start.epoch));
  }
  void step(std::int64_t epoch, std::int64_t, double loss, double share) override {
    progress_->set_share(share);
    progress_->advance(1, fmt::format("epoch {}, loss {:.4f}", epoch, loss));
  }
  void epoch(const tn::EpochLog& log) override { log_->append_epoch(log); }
  void validated(const tn::EpochLog& log) override {
    log_->append_validation(log);
    call_.log.note(tn::epoch_summary(log));
  }
  void went_back(std::int64_t epoch) override { log_.emplace(o_.folder, epoch - 1); }
  void note(const std::string& text) override { call_.log.note(text); }
  void warning(const std::string& text) override { call_.log.warning(text); }
  bool interrupted() override { return tn::interrupt_signal() != 0; }
  bool save_wanted() override { return tn::take_save_signal(); }

 private:
  std::string on_device() const {
    return o_.found.hardware.empty() ? "" : fmt::format(", {} ({})", o_.found.name, o_.found.hardware);
  }
  void warn_of_no_measure() const {
    call_.log.warning(
        "no validation record to choose the best model by: the last epoch's weights are the model");
    if (o_.train.patience > 0 || o_.train.schedule == tn::Schedule::plateau)
      call_.log.warning("without it --patience and the plateau schedule never act");
  }

  // What the numbers depend on besides the configuration.
  nlohmann::json environment(const tn::TrainStart& start) const {
    return {{"time", static_cast<std::int64_t>(std::time(nullptr))},
            {"version", std::string(tn::version())},
            {"libtorch", start.libtorch},
            {"compiler", __VERSION__},
            {"processor", tn::processor_name()},
            {"device", o_.found.name},
            {"gpu", o_.found.hardware.empty() ? nlohmann::json() : nlohmann::json(o_.found.hardware)},
            {"threads", start.threads},
            {"precision", start.bfloat16 ? "bfloat16" : "float32"},
            {"epoch", start.epoch},
            {"epoch_step", start.epoch_step},
            {"manifest", job_.meta.at("training").at("manifest")},
            {"pre", job_.meta.at("pre").at("hash")},
            {"command_line", call_.command_line}};
  }

  const tn::Invocation& call_;
  const Options& o_;
  const tn::TrainJob& job_;
  std::optional<tn::RunLock> lock_;
  std::optional<tn::RunLog> log_;
  std::optional<tn::Progress> progress_;
};

// For processes that do not write.
class Silent : public tn::TrainObserver {
 public:
  void started(const tn::TrainStart&) override {}
  void step(std::int64_t, std::int64_t, double, double) override {}
  void epoch(const tn::EpochLog&) override {}
  void validated(const tn::EpochLog&) override {}
  void went_back(std::int64_t) override {}
  void note(const std::string&) override {}
  void warning(const std::string&) override {}
  bool interrupted() override { return tn::interrupt_signal() != 0; }
  bool save_wanted() override { return false; }
};

// The other processes of this training; nullptr: this one is alone.
std::unique_ptr<tn::JoinedProcesses> join(const Options& o, const tn::Invocation& call) {
  const double timeout = tn::parse_duration(o.process_timeout);
  if (tn::launched_processes() == 1) {
    const auto needs_several = [&](const char* option) {
      if (call.has_typed(option))
        throw tn::Error(tn::Exit::usage, "--{} has no effect: it needs several processes", option);
    };
    // A run of several processes goes on with one, whose batch norm is over the whole batch anyway.
    if (o.resume == tn::Resume::never) needs_several("sync-batch-norm");
    needs_several("process-timeout");
    return nullptr;
  }
  if (o.inputs.empty() || o.inputs.front() == "-")
    throw tn::Error(tn::Exit::usage, "several processes cannot read one stdin: the manifest must be a file");
  return tn::join_processes(timeout);
}

tn::Exit list_archs() {
  tn::TextOutput out("-", false);
  for (const tn::ArchInfo& info : tn::NetLayer::open().architectures())
    out.write(fmt::format("{}\t{}\t{}\n", info.name, info.parameters, info.multiply_adds));
  out.finish();
  return tn::Exit::ok;
}

void settle(Options& o, const tn::Invocation& call) {
  if (o.folder.empty()) throw tn::Error(tn::Exit::usage, "--output FOLDER is required");
  if (o.resume != tn::Resume::never && o.force)
    throw tn::Error(tn::Exit::usage, "--resume and --force contradict each other");
  for (const std::string& text : o.select) o.selection.conditions.push_back(tn::parse_condition(text));
  tn::check(o.selection);
  if (o.checkpoint_every) o.train.checkpoint_seconds = tn::parse_duration(*o.checkpoint_every);
  if (o.max_time) o.train.max_seconds = tn::parse_duration(*o.max_time);
  o.net.mask_head = o.train.task != tn::Task::classify;
  o.net.class_head = o.train.task != tn::Task::segment;
  tn::check(o.train);
  tn::check(o.net);
  o.found = tn::open_device(o.device, o.train.precision);
  if (!o.found.note.empty()) call.log.note(o.found.note);
  call.log.detail(fmt::format("device {}", o.found.name));
  o.train.device = o.found.name;
  tn::expect_used(call.typed, o.train);
}

tn::TrainingSet load_set(const Options& o, const tn::Invocation& call, bool tells) {
  tn::Selection selection = o.selection;
  std::optional<tn::SelectWatch> watch;
  if (tells) watch.emplace(selection, call.log);
  tn::TrainingSet set = tn::load_training_set(o.inputs.empty() ? "-" : o.inputs.front(), o.root, selection,
                                              o.size, o.train.task, o.allow_truncated);
  if (!tells) return set;
  call.log.note(
      fmt::format("{} images to train on, {} to validate on", set.train.size(), set.validation.size()));
  if (set.errors > 0)
    call.log.warning(fmt::format("{} records arrived with an error and are left out", set.errors));
  return set;
}

std::string ending(const tn::TrainOutcome& outcome) {
  return fmt::format(
      "epoch {} of {}{}", outcome.best_epoch, outcome.epochs,
      outcome.measure.empty() ? "" : fmt::format(", validation {} {:.4f}", outcome.measure, outcome.best));
}

tn::Exit train(const Options& o, const tn::Invocation& call, bool resume, tn::JoinedProcesses* processes) {
  const tn::NetLayer& net = tn::NetLayer::open(o.found.name);
  net.check(o.net);
  tn::TrainJob job = tn::make_train_job(load_set(o, call, tn::rank_of(processes) == 0), o.net, o.train,
                                        o.folder, resume, call.command_line);
  if (o.init) tn::begin_with(job, *o.init);
  job.processes = processes;
  job.stranded = [&call, processes](const std::string& why) {
    call.log.error(why);
    processes->end_all(static_cast<int>(tn::Exit::try_again));
  };
  if (tn::rank_of(processes) > 0) {
    Silent silent;
    return net.train(job, silent).interrupted ? tn::Exit::interrupted : tn::Exit::ok;
  }
  Reporter reporter(call, o, job);
  const tn::TrainOutcome outcome = net.train(job, reporter);
  if (outcome.interrupted) {
    call.log.note(fmt::format("stopped; --resume goes on from {}", o.folder));
    return tn::Exit::interrupted;
  }
  if (!tn::path_exists(o.folder + "/model.safetensors"))
    throw tn::Error(tn::Exit::no_input,
                    "{}/model.safetensors: is gone, the model of epoch {} (--force begins anew)", o.folder,
                    outcome.best_epoch);
  if (outcome.was_finished)
    call.log.note(fmt::format("{}: the run is finished, nothing is left to do", o.folder));
  call.log.note(fmt::format("{}/model.safetensors: {}", o.folder, ending(outcome)));
  return tn::Exit::ok;
}

tn::Exit run(Options o, const tn::Invocation& call, std::unique_ptr<tn::JoinedProcesses>& processes) {
  if (o.list_archs) return list_archs();
  tn::let_idle_threads_sleep();
  settle(o, call);
  processes = join(o, call);
  if (processes && processes->rank() == 0) call.log.note(fmt::format("{} processes", processes->size()));
  const bool first = tn::rank_of(processes.get()) == 0;
  const bool resume =
      tn::of_first(processes.get(), first && tn::goes_on(o.folder, o.resume, o.force) ? 1 : 0) > 0;
  const tn::InterruptScope interruptible;
  const tn::SaveSignalScope saving;
  tn::Exit code = tn::Exit::interrupted;
  try {
    code = train(o, call, resume, processes.get());
    processes.reset();  // the others come here too
  } catch (const tn::Error& error) {
    // A run that was to go on still can, however early it was stopped.
    const bool stopped =
        error.exit_code() == tn::Exit::interrupted || error.exit_code() == tn::Exit::terminated;
    if (!o.requeue || !resume || !stopped) throw;
    call.log.note(error.what());
  }
  return o.requeue && code == tn::Exit::interrupted ? tn::Exit::try_again : code;
}

}  // namespace

int main(int argc, char** argv) {
  Options o;
  std::unique_ptr<tn::JoinedProcesses> processes;
  const int code =
      tn::run_tool(argc, argv, flags(o), [&](const tn::Invocation& call) { return run(o, call, processes); });
  if (processes) processes->end_all(code);  // the others may wait for this one; its error is printed by now
  return code;
}
