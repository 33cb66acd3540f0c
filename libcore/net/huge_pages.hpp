// Memory for tensors: large blocks are kept for the next tensor of their size, on huge pages where the system
// has them.
#pragma once

namespace tn {

// From now on LibTorch's CPU tensors of a megabyte and more are made so, in all of this process. A network
// asks for the same sizes again and again, and without this the system clears their pages each time. Together
// with what is kept, they take at most twice what was in use at once. The first call counts.
void use_huge_pages();

}  // namespace tn
