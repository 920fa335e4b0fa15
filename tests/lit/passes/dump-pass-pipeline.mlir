// Options of the passes are real ones: a dumped pipeline keeps them, and can be run again.
// RUN: autodiff-opt %s --autodiff-wrap="function=f mode=jvp args=dup name=d" --autodiff-differentiate=normal-form=false --autodiff-lower --dump-pass-pipeline 2>&1 >%t.mlir | FileCheck %s
// RUN: autodiff-opt %s --pass-pipeline="builtin.module(autodiff-wrap{function=f mode=jvp args=dup name=d},autodiff-differentiate{normal-form=false},autodiff-lower)" | diff - %t.mlir
// CHECK: autodiff-wrap{{.*}}args=dup
// CHECK-SAME: function=f
// CHECK-SAME: mode=jvp
// CHECK-SAME: name=d
// CHECK: autodiff-differentiate{{.*}}normal-form=false
// CHECK: autodiff-lower
func.func @f(%x: f64) -> f64 {
  %y = arith.mulf %x, %x : f64
  return %y : f64
}
