#include "libcore/base/module.hpp"

#include <dlfcn.h>

namespace tn {

void* open_module(const std::string& path, int flags, const ModuleName& name) {
  void* module = ::dlopen(path.c_str(), flags);
  if (module == nullptr) throw Error(Exit::internal, "cannot open {}: {}", name.thing, ::dlerror());
  return module;
}

void* module_entry(void* module, const char* entry, const ModuleName& name) {
  void* found = ::dlsym(module, entry);
  if (found == nullptr) throw Error(Exit::internal, "cannot open {}: {}", name.thing, ::dlerror());
  return found;
}

}  // namespace tn
