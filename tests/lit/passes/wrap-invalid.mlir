// Bad options of `autodiff-wrap`: the message names the option or what is wrong with it.
// RUN: not autodiff-opt %s --autodiff-wrap 2>&1 | FileCheck %s --check-prefix=MISSING
// RUN: not autodiff-opt %s --autodiff-wrap=function=g 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// RUN: not autodiff-opt %s --autodiff-wrap="function=f mode=backwards" 2>&1 | FileCheck %s --check-prefix=MODE
// RUN: not autodiff-opt %s --autodiff-wrap="function=f args=active,active" 2>&1 | FileCheck %s --check-prefix=COUNT
// RUN: not autodiff-opt %s --autodiff-wrap="function=f args=passive" 2>&1 | FileCheck %s --check-prefix=ACTIVITY
// RUN: not autodiff-opt %s --autodiff-wrap="function=f name=f" 2>&1 | FileCheck %s --check-prefix=NAME
// RUN: not autodiff-opt %s --autodiff-wrap="function=f args=dup" 2>&1 | FileCheck %s --check-prefix=VERIFIER
// RUN: not autodiff-opt %s --autodiff-wrap=nonsense=1 2>&1 | FileCheck %s --check-prefix=OPTION
// MISSING:  error: autodiff-wrap: option 'function' is missing
// UNKNOWN:  error: autodiff-wrap: there is no function '@g'
// MODE:     error: autodiff-wrap: unknown mode 'backwards', expected 'jvp' or 'vjp'
// COUNT:    error: autodiff-wrap: expected 1 activities, got 2 in 'active,active'
// ACTIVITY: error: autodiff-wrap: {{.*}}'passive'
// NAME:     error: autodiff-wrap: '@f' exists already, choose another name with the option 'name'
// VERIFIER: error: 'autodiff.vjp' op argument #0 cannot be 'dup': a value is differentiated by its cotangent, use 'active'
// OPTION:   no such option nonsense
func.func @f(%x: f64) -> f64 {
  return %x : f64
}
