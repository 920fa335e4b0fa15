// Predator and prey (Lotka, Volterra) by Heun's method with an adaptive step: a while loop whose trip count depends on
// the data, with a branch that rejects steps. The step is a constant of the derivative, as is usual.
// RUN: autodiff-run %s --entry ode --arg 1.1 --arg 0.4 --arg 0.1 --arg 0.4 --arg 1e-4 --activity active,active,active,active,const --mode check
func.func private @field(%u: f64, %v: f64, %a: f64, %b: f64, %c: f64, %e: f64) -> (f64, f64) {
  // u' = u (a - b v), v' = v (c u - e)
  %bv = arith.mulf %b, %v : f64
  %p = arith.subf %a, %bv : f64
  %du = arith.mulf %u, %p : f64
  %cu = arith.mulf %c, %u : f64
  %q = arith.subf %cu, %e : f64
  %dv = arith.mulf %v, %q : f64
  return %du, %dv : f64, f64
}
// What the step becomes after an error: halved or doubled, so that no derivative flows through it.
func.func private @step(%h: f64, %error: f64, %tolerance: f64) -> f64 {
  %twice = arith.constant 2.0 : f64
  %half = arith.constant 0.5 : f64
  %quarter = arith.constant 0.25 : f64
  %small = arith.mulf %tolerance, %quarter : f64
  %bad = arith.cmpf ogt, %error, %tolerance : f64
  %good = arith.cmpf olt, %error, %small : f64
  %longer = arith.mulf %h, %twice : f64
  %shorter = arith.mulf %h, %half : f64
  %keep = arith.select %good, %longer, %h : f64
  %next = arith.select %bad, %shorter, %keep : f64
  return %next : f64
}
func.func @ode(%a: f64, %b: f64, %c: f64, %e: f64, %tolerance: f64) -> (f64, f64) {
  %zero = arith.constant 0.0 : f64
  %half = arith.constant 0.5 : f64
  %start = arith.constant 10.0 : f64
  %end = arith.constant 8.0 : f64
  %h0 = arith.constant 0.0625 : f64
  %r:4 = scf.while (%u = %start, %v = %start, %t = %zero, %h = %h0) : (f64, f64, f64, f64) -> (f64, f64, f64, f64) {
    %more = arith.cmpf olt, %t, %end : f64
    scf.condition(%more) %u, %v, %t, %h : f64, f64, f64, f64
  } do {
  ^bb0(%u: f64, %v: f64, %t: f64, %h: f64):
    %k:2 = func.call @field(%u, %v, %a, %b, %c, %e) : (f64, f64, f64, f64, f64, f64) -> (f64, f64)
    %hu = arith.mulf %h, %k#0 : f64
    %hv = arith.mulf %h, %k#1 : f64
    %u1 = arith.addf %u, %hu : f64
    %v1 = arith.addf %v, %hv : f64
    %l:2 = func.call @field(%u1, %v1, %a, %b, %c, %e) : (f64, f64, f64, f64, f64, f64) -> (f64, f64)
    %su = arith.addf %k#0, %l#0 : f64
    %sv = arith.addf %k#1, %l#1 : f64
    %hh = arith.mulf %h, %half : f64
    %mu = arith.mulf %hh, %su : f64
    %mv = arith.mulf %hh, %sv : f64
    %u2 = arith.addf %u, %mu : f64
    %v2 = arith.addf %v, %mv : f64
    %eu = arith.subf %u2, %u1 : f64
    %ev = arith.subf %v2, %v1 : f64
    %au = math.absf %eu : f64
    %av = math.absf %ev : f64
    %error = arith.maximumf %au, %av : f64
    %next = func.call @step(%h, %error, %tolerance) : (f64, f64, f64) -> f64
    %accepted = arith.cmpf ole, %error, %tolerance : f64
    %t1 = arith.addf %t, %h : f64
    %s:3 = scf.if %accepted -> (f64, f64, f64) {
      scf.yield %u2, %v2, %t1 : f64, f64, f64
    } else {
      scf.yield %u, %v, %t : f64, f64, f64
    }
    scf.yield %s#0, %s#1, %s#2, %next : f64, f64, f64, f64
  }
  return %r#0, %r#1 : f64, f64
}
