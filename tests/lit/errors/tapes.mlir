// A tape that is used up twice is an error, one that is never used a warning.
// RUN: autodiff-opt %s --autodiff-differentiate --split-input-file --verify-diagnostics

func.func private @f(%x: f64) -> f64 {
  return %x : f64
}
func.func @never(%x: f64) -> f64 {
  // expected-warning@+1 {{the tape is never pulled back, and its memory never freed; call the function where no derivative is needed}}
  %y, %tape = autodiff.augment @f(%x) args [active] results [active] : (f64) -> (f64, !autodiff.tape)
  return %y : f64
}

// -----

func.func private @f(%x: f64) -> f64 {
  return %x : f64
}
func.func @twice(%x: f64) {
  %y, %tape = autodiff.augment @f(%x) args [active] results [active] : (f64) -> (f64, !autodiff.tape)
  // expected-note@+1 {{used here}}
  %a = autodiff.pullback @f(%tape, %y) args [active] results [active] : (!autodiff.tape, f64) -> f64
  // expected-error@+1 {{a tape is pulled back once; call 'autodiff.augment' for each pullback}}
  %b = autodiff.pullback @f(%tape, %y) args [active] results [active] : (!autodiff.tape, f64) -> f64
  return
}

// -----

func.func private @f(%x: f64) -> f64 {
  return %x : f64
}
func.func @again(%x: f64, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  // expected-note@+1 {{the tape is made here}}
  %y, %tape = autodiff.augment @f(%x) args [active] results [active] : (f64) -> (f64, !autodiff.tape)
  scf.for %i = %c0 to %n step %c1 {
    // expected-error@+1 {{a tape is pulled back once, but this op runs several times for one tape}}
    %a = autodiff.pullback @f(%tape, %y) args [active] results [active] : (!autodiff.tape, f64) -> f64
  }
  return
}

// -----

// expected-error@+1 {{the pullback needs a value of type 'tensor<?xf64>', which a tape cannot hold}}
func.func private @f(%x: tensor<?xf64>) -> tensor<?xf64> {
  %y = math.sin %x : tensor<?xf64>
  return %y : tensor<?xf64>
}
func.func @tensor(%x: tensor<?xf64>, %bar: tensor<?xf64>) {
  %y, %tape = autodiff.augment @f(%x) args [active] results [active] : (tensor<?xf64>) -> (tensor<?xf64>, !autodiff.tape)
  // expected-note@-1 {{differentiation of '@f' with respect to argument #0 requested here}}
  // expected-note@-2 {{mark the arguments that reach it 'const'}}
  %a = autodiff.pullback @f(%tape, %bar) args [active] results [active] : (!autodiff.tape, tensor<?xf64>) -> tensor<?xf64>
  return
}

// -----

func.func private @f(%x: f64) -> f64 attributes {autodiff.augment = @f_augment} {
  return %x : f64
}
func.func private @f_augment(%x: f64) -> f64 {
  return %x : f64
}
func.func private @g(%x: f64) -> f64 {
  // expected-error@+1 {{'@f' names one half of a pair: it needs both 'autodiff.augment' and 'autodiff.pullback'}}
  %y = call @f(%x) : (f64) -> f64
  return %y : f64
}
func.func @half(%x: f64) {
  // expected-note@+2 {{differentiation of '@g' with respect to argument #0 requested here}}
  // expected-note@+1 {{mark the arguments that reach it 'const'}}
  %a = autodiff.vjp @g(%x, %x) args [active] results [active_noneed] : (f64, f64) -> f64
  return
}

// -----

func.func private @f(%x: f64) -> f64 attributes {autodiff.augment = @f_augment, autodiff.pullback = @f_pullback} {
  return %x : f64
}
func.func private @f_augment(%x: f64) -> (f64, index) {
  %c0 = arith.constant 0 : index
  return %x, %c0 : f64, index
}
func.func private @f_pullback(%bar: f64) -> f64 {
  return %bar : f64
}
func.func private @g(%x: f64) -> f64 {
  // expected-error@+1 {{derivative '@f_pullback' of '@f' has type (f64) -> f64, expected (index, f64) -> f64}}
  %y = call @f(%x) : (f64) -> f64
  return %y : f64
}
func.func @wrong_pair(%x: f64) {
  // expected-note@+2 {{differentiation of '@g' with respect to argument #0 requested here}}
  // expected-note@+1 {{mark the arguments that reach it 'const'}}
  %a = autodiff.vjp @g(%x, %x) args [active] results [active_noneed] : (f64, f64) -> f64
  return
}

// -----

// expected-error@below {{this cache is not made by 'autodiff.cache' in the function itself}}
func.func private @argument(%c: !autodiff.cache<f64>) -> f64 {
  %x = autodiff.pop %c[] : <f64>
  return %x : f64
}
func.func @split_argument(%c: !autodiff.cache<f64>, %s: !autodiff.cache<f64>, %y_bar: f64) -> f64 {
  // expected-note@+2 {{differentiation of '@argument'}}
  // expected-note@+1 {{mark the arguments that reach it 'const'}}
  %y, %tape = autodiff.augment @argument(%c, %s) args [dup] results [active]
    : (!autodiff.cache<f64>, !autodiff.cache<f64>) -> (f64, !autodiff.tape)
  autodiff.pullback @argument(%tape, %y_bar) args [dup] results [active] : (!autodiff.tape, f64) -> ()
  return %y : f64
}

// -----

// A function that returns a tape of nothing has no tangent for it.
func.func private @g(%x: f64) -> f64 {
  %y = math.sin %x : f64
  return %y : f64
}
// expected-error@below {{this tape carries no derivative here, but may elsewhere; take it up where it is made}}
func.func private @h(%x: f64) -> f64 {
  return %x : f64
}
func.func private @made(%x: f64) -> !autodiff.tape attributes {no_inline} {
  %y, %tape = autodiff.augment @h(%x) args [active] results [active] : (f64) -> (f64, !autodiff.tape)
  return %tape : !autodiff.tape
}
func.func private @handed_on(%x: f64) -> f64 {
  %tape = call @made(%x) : (f64) -> !autodiff.tape
  %x_bar = autodiff.pullback @g(%tape, %x) args [active] results [active] : (!autodiff.tape, f64) -> f64
  return %x_bar : f64
}
func.func @jvp_of_handed_on(%x: f64, %x_dot: f64) -> f64 {
  // expected-note@+2 {{differentiation of '@made'}}
  // expected-note@+1 {{mark the arguments that reach it 'const'}}
  %y_dot = autodiff.jvp @handed_on(%x, %x_dot) args [dup] results [dup_noneed] : (f64, f64) -> f64
  return %y_dot : f64
}
