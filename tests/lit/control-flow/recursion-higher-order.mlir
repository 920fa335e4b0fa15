// The derivative of the gradient of a function that calls itself.
// RUN: autodiff-opt %s --autodiff-wrap="function=power mode=vjp args=active,const results=active_noneed name=gradient" | autodiff-run - --entry gradient --arg 0.7 --arg 3 --arg 1.0 --activity active,const,active --mode check
func.func @power(%x: f64, %n: index) -> f64 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %one = arith.constant 1.0 : f64
  %done = arith.cmpi sle, %n, %c0 : index
  %r = scf.if %done -> f64 {
    scf.yield %one : f64
  } else {
    %m = arith.subi %n, %c1 : index
    %p = func.call @power(%x, %m) : (f64, index) -> f64
    %s = math.sin %p : f64
    %q = arith.mulf %s, %x : f64
    scf.yield %q : f64
  }
  return %r : f64
}
