#include "libcore/base/error.hpp"

namespace tn {

const char* Error::kind() const {
  switch (exit_code_) {
    case Exit::usage:
      return "usage";
    case Exit::bad_data:
      return "data";
    case Exit::no_input:
      return "input";
    case Exit::cannot_create:
      return "output";
    case Exit::io:
      return "io";
    case Exit::try_again:
      return "resources";
    default:
      return "internal";
  }
}

}  // namespace tn
