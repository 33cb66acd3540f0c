// In what two trainings were told to do something else, in the words of the command line.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace tn {

// Between two fingerprints (see make_train_job()), as "--alpha 0.2, not 0.3; no --nesterov; manifest A, not
// B", the first's value first; what no option sets goes by its own name. A preset, which explains others,
// stands first. Five at most, then "and N more". Empty: they agree.
std::string setting_difference(const nlohmann::json& before, const nlohmann::json& now);

}  // namespace tn
