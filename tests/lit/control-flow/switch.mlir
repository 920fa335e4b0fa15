// `cf.switch`, with cases that fall into one another, in a loop.
// RUN: autodiff-run %s --entry switch --arg 0.7 --arg 5 --mode check
func.func @switch(%x: f64, %n: i32) -> f64 {
  %c0 = arith.constant 0 : i32
  %c1 = arith.constant 1 : i32
  cf.br ^head(%c0, %x : i32, f64)
^head(%i: i32, %p: f64):
  %more = arith.cmpi slt, %i, %n : i32
  cf.cond_br %more, ^body, ^exit
^body:
  cf.switch %i : i32, [
    default: ^latch(%p : f64),
    0: ^zero,
    1: ^one(%p : f64),
    3: ^one(%x : f64)
  ]
^zero:
  %s = math.sin %p : f64
  cf.br ^one(%s : f64)
^one(%q: f64):
  %m = arith.mulf %q, %x : f64
  cf.br ^latch(%m : f64)
^latch(%r: f64):
  %e = math.cos %r : f64
  %next = arith.addi %i, %c1 : i32
  cf.br ^head(%next, %e : i32, f64)
^exit:
  return %p : f64
}
