// Where freed memory goes.
#pragma once

namespace tn {

// From now on what is freed stays with the process, which then need not ask for new pages for each image: a
// third of the time where images of a few hundred kB come and go. The peak of memory hardly changes. Called
// once, at the start of the work; without effect where the C library is not glibc.
void keep_freed_memory();

}  // namespace tn
