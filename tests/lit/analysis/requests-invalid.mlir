// What the options of the printing passes cannot mean.
// RUN: not autodiff-opt %s --autodiff-print-needed 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: not autodiff-opt %s --autodiff-print-aliases=function=g 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// RUN: not autodiff-opt %s --autodiff-explain="function=f mode=backwards" 2>&1 | FileCheck %s --check-prefix=MODE
// RUN: not autodiff-opt %s --autodiff-print-replay="function=f args=active,active" 2>&1 | FileCheck %s --check-prefix=COUNT
func.func @f(%x: f64) -> f64 {
  return %x : f64
}
// NONE: error: there is no request for a derivative; say which function is meant by the option 'function'
// UNKNOWN: error: there is no body of '@g'
// MODE: error: unknown mode 'backwards', expected 'jvp' or 'vjp'
// COUNT: error: expected 1 activities, got 2 in 'active,active'
