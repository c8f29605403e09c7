// Two files of one inode number.

#ifndef SOMEOS_TESTING_SAME_INODE_H_
#define SOMEOS_TESTING_SAME_INODE_H_

#include <optional>

#include "someos/testing/scoped_fd.h"

namespace someos {

// Open directories on two file systems that fstat(2) tells apart by st_dev alone.
struct SameInode {
  ScopedFd first;
  ScopedFd second;
};

// The roots of two file systems of this machine, as far as there are such: Linux's procfs and sysfs
// have the number 1 both, FreeBSD's UFS and devfs the number 2.
std::optional<SameInode> FindSameInode();

}  // namespace someos

#endif  // SOMEOS_TESTING_SAME_INODE_H_
