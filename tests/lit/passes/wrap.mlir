// `autodiff-wrap` adds a function that makes a request: defaults, activities, a name.
// RUN: autodiff-opt %s --autodiff-wrap=function=f | FileCheck %s --check-prefix=DEFAULT
// RUN: autodiff-opt %s --autodiff-wrap="function=f mode=jvp" | FileCheck %s --check-prefix=JVP
// RUN: autodiff-opt %s --autodiff-wrap="function=f args=const,dup,const results=active_noneed,const_noneed name=gradient" | FileCheck %s --check-prefix=GIVEN
// RUN: autodiff-opt %s --autodiff-wrap=function=f --autodiff-wrap="function=f mode=jvp" --autodiff-differentiate --autodiff-lower | FileCheck %s --check-prefix=DONE
func.func private @f(%x: f64, %a: memref<?xf64>, %n: index) -> (f64, i32) {
  %y = memref.load %a[%n] : memref<?xf64>
  %z = arith.mulf %x, %y : f64
  %k = arith.constant 7 : i32
  return %z, %k : f64, i32
}
// DEFAULT:      func.func @f_vjp(%[[X:.*]]: f64, %[[A:.*]]: memref<?xf64>, %[[A_SHADOW:.*]]: memref<?xf64>, %[[N:.*]]: index, %[[BAR:.*]]: f64) -> (f64, i32, f64) {
// DEFAULT-NEXT:   %[[R:.*]]:3 = autodiff.vjp @f(%[[X]], %[[A]], %[[A_SHADOW]], %[[N]], %[[BAR]]) args [active, dup, const] results [active, const]
// DEFAULT-NEXT:   return %[[R]]#0, %[[R]]#1, %[[R]]#2

// JVP:      func.func @f_jvp(%[[X:.*]]: f64, %[[X_DOT:.*]]: f64, %[[A:.*]]: memref<?xf64>, %[[A_DOT:.*]]: memref<?xf64>, %[[N:.*]]: index) -> (f64, f64, i32) {
// JVP-NEXT:   autodiff.jvp @f(%[[X]], %[[X_DOT]], %[[A]], %[[A_DOT]], %[[N]]) args [dup, dup, const] results [dup, const]

// GIVEN:      func.func @gradient(
// GIVEN-NEXT:   autodiff.vjp @f({{.*}}) args [const, dup, const] results [active_noneed, const_noneed]
// GIVEN-NEXT:   return

// DONE-NOT: autodiff.
