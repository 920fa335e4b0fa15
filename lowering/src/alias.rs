//! What LLVM may assume of memory: marks on the interface of functions and on loops whose accesses are apart, and functions of
//! their own for iterations of parallel loops, so that arguments can carry such marks.

pub(crate) mod distinct;
pub(crate) mod mark_distinct;
pub(crate) mod mark_interface;
pub(crate) mod outline_iterations;
