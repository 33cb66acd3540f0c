#include "examples/phantoms/write_set.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "libcore/base/error.hpp"
#include "libcore/base/file.hpp"
#include "libcore/image/image_io.hpp"
#include "libcore/image/ordered.hpp"

namespace tn {
namespace {

constexpr std::int64_t kMostPatients = 9999;  // names have four digits

// Walks through patients and their pictures; each becomes a record that says which it is.
class Pictures {
 public:
  Pictures(const SetOptions& options)
      : options_(options), patient_(draw_patient(options.phantom.seed, options.first)) {}

  std::optional<Record> next() {
    if (index_ == patient_.images) {
      if (patient_.number + 1 == options_.first + options_.patients) return std::nullopt;
      patient_ = draw_patient(options_.phantom.seed, patient_.number + 1);
      index_ = 0;
    }
    ++index_;
    Record record = Record::of(fmt::format("p{:04}_{}", patient_.number, index_));
    record.set("patient", patient_.number);
    record.set("picture", std::int64_t{index_});
    return record;
  }

 private:
  const SetOptions& options_;
  Patient patient_;
  int index_ = 0;
};

struct Paths {
  std::string image, mask;  // below the set's folder
};

Paths paths_of(SetLayout layout, const std::string& name, bool malignant) {
  if (layout == SetLayout::csv) return {"images/" + name + ".png", "masks/" + name + ".png"};
  const std::string stem = fmt::format("{}/{}", malignant ? "malignant" : "benign", name);
  return {stem + ".png", stem + "_mask.png"};
}

Record draw_and_save(Record record, const SetOptions& options, const std::string& folder, bool force) {
  const Patient patient =
      draw_patient(options.phantom.seed, static_cast<std::int64_t>(record.number("patient").value()));
  const Phantom phantom =
      draw_phantom(patient, static_cast<int>(record.number("picture").value()), options.phantom);
  const Paths paths = paths_of(options.layout, record.id(), patient.malignant);
  save_png(folder + "/" + paths.image, phantom.image, force);
  save_png(folder + "/" + paths.mask, phantom.mask, force);
  record.set("row", fmt::format("{},{},{},p{:04},{}\n", record.id(), paths.image, paths.mask, patient.number,
                                patient.malignant ? "malignant" : "benign"));
  return record;
}

}  // namespace

void check(const SetOptions& options) {
  check(options.phantom);
  if (options.first < 1 || options.patients < 1 || options.first > kMostPatients ||
      options.patients > kMostPatients + 1 - options.first)
    throw Error(Exit::usage, "patients {} to {}: numbers are 1 to {}, and at least one", options.first,
                options.first + options.patients - 1, kMostPatients);
}

std::int64_t write_set(const SetOptions& options, const std::string& folder, int jobs, bool force,
                       const std::function<void()>& written) {
  check(options);
  create_folders(folder);
  std::optional<WholeFile> table;
  if (options.layout == SetLayout::csv) {
    table.emplace(folder + "/labels.csv", force);
    table->write("id,image,mask,patient,label\n");
    create_folders(folder + "/images");
    create_folders(folder + "/masks");
  } else {
    create_folders(folder + "/benign");
    create_folders(folder + "/malignant");
  }
  Pictures pictures(options);
  std::int64_t count = 0;
  for_each_ordered(
      jobs, [&] { return pictures.next(); },
      [&](Record record) { return draw_and_save(std::move(record), options, folder, force); },
      [&](const Record& record) {
        if (table) table->write(record.text("row").value());
        ++count;
        written();
      });
  if (table) table->commit(Durability::rename_only);
  return count;
}

}  // namespace tn
