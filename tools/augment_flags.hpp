// The options of augmentation, as tn-train and tn-viz augment have them.
#pragma once

#include <string>

#include "libcore/cli/flags.hpp"
#include "libcore/image/augment_options.hpp"

namespace tn {

// --augment-NAME for each field. `augment` must outlive the flags.
inline void add_augment_flags(Flags& flags, AugmentOptions& augment) {
  for (const AugmentField& field : augment_fields())
    flags.custom(
        std::string("augment-") + field.name, field.chance != nullptr ? "P" : "P:LOW:HIGH", field.help,
        [&augment, &field](const std::string& text) { augment = with_augment_text(augment, field, text); },
        [&augment, &field] { return augment_text(augment, field); });
}

}  // namespace tn
