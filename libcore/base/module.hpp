// Shared objects of our own, opened by a program when it needs them, so that it starts without what they
// bring.
#pragma once

#include <string>

#include "libcore/base/error.hpp"

namespace tn {

// What a module is called in messages: "cannot open MPI: ...", "the MPI layer is of another build".
struct ModuleName {
  const char* thing;
  const char* build;
};

// dlopen(3) with `flags`; never closed. Throws Error(internal) with the reason.
void* open_module(const std::string& path, int flags, const ModuleName& name);

// The address of its one entry. Throws Error(internal) where there is none.
void* module_entry(void* module, const char* entry, const ModuleName& name);

// What the entry gives: the module's table of functions. Both sides are built from the same sources; throws
// Error(internal) where the module is of another version than `expected`.
template <typename Border>
const Border& border_of(void* module, const char* entry, int expected, const ModuleName& name) {
  // dlsym gives a data pointer for what is a function: POSIX allows the cast.
  const Border& border = *reinterpret_cast<const Border* (*)()>(module_entry(module, entry, name))();
  if (border.version() != expected)
    throw Error(Exit::internal, "{} of another build (border {}, expected {})", name.build, border.version(),
                expected);
  return border;
}

}  // namespace tn
