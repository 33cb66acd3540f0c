// What an action throws, as values to compare.
#pragma once

#include <functional>
#include <string>

#include "libcore/base/error.hpp"

namespace tn::test {

struct Thrown {
  int exit_code = -1;  // -1: nothing was thrown
  std::string text;
};

inline Thrown thrown_by(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    return {static_cast<int>(error.exit_code()), error.what()};
  }
  return {};
}

}  // namespace tn::test
