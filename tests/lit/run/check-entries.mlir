// A wrong derivative by one of many numbers hides in a random direction, and shows in the entry of its own.
// RUN: not autodiff-run %s --entry mean --arg 0.5 --arg rand:4096:1 --mode check --rules %S/Inputs/slightly-wrong.rules | FileCheck %s
// RUN: autodiff-run %s --entry mean --arg 0.5 --arg rand:4096:1 --mode check --rules %S/Inputs/slightly-wrong.rules --entries 0 | FileCheck %s --check-prefix=BLIND
// RUN: autodiff-run %s --entry mean --arg 0.5 --arg rand:4096:1 --mode check | FileCheck %s --check-prefix=RIGHT
// CHECK: error vjp {{.*}}ok
// CHECK: error entry {{.*}}failed
// BLIND: error vjp {{.*}}ok
// BLIND: error entry {{.*}}unknown
// RIGHT: error entry {{.*}}ok
// RIGHT: entries of gradients 5
func.func @mean(%w: f32, %x: memref<4096xf32>) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4096 = arith.constant 4096 : index
  %start = math.sin %w : f32
  %sum = scf.for %i = %c0 to %c4096 step %c1 iter_args(%s = %start) -> f32 {
    %v = memref.load %x[%i] : memref<4096xf32>
    %next = arith.addf %s, %v : f32
    scf.yield %next : f32
  }
  return %sum : f32
}
