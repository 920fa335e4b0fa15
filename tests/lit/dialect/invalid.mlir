// Every message of the verifiers and of the parser, with its notes.
// RUN: autodiff-opt %s --verify-diagnostics --split-input-file

func.func private @f(f64) -> f64
func.func @unknown_activity(%x: f64) {
  // expected-error@+1 {{unknown activity 'passive', expected 'const', 'active', 'dup', 'dup_noneed', 'active_noneed' or 'const_noneed'}}
  autodiff.vjp @f(%x) args [passive] results [active] : (f64) -> f64
  return
}

// -----

func.func @unknown_function(%x: f64) {
  // expected-error@+1 {{'autodiff.vjp' op references unknown function @missing}}
  autodiff.vjp @missing(%x) args [const] results [] : (f64) -> ()
  return
}

// -----

// expected-note@+1 {{defined here as 'memref.global'}}
memref.global "private" constant @data : memref<2xf64> = dense<1.0>
func.func @not_a_function(%x: f64) {
  // expected-error@+1 {{'autodiff.jvp' op @data is not a function}}
  autodiff.jvp @data(%x) args [const] results [] : (f64) -> ()
  return
}

// -----

// expected-note@+1 {{@f is defined here}}
func.func private @f(f64, f64) -> f64
func.func @arguments(%x: f64) {
  // expected-error@+1 {{'autodiff.vjp' op expected 2 activities in 'args', one for each argument of @f, got 1}}
  autodiff.vjp @f(%x, %x) args [const] results [const] : (f64, f64) -> f64
  return
}

// -----

// expected-note@+1 {{@f is defined here}}
func.func private @f(f64) -> (f64, f64)
func.func @results(%x: f64) {
  // expected-error@+1 {{'autodiff.vjp' op expected 2 activities in 'results', one for each result of @f, got 3}}
  autodiff.vjp @f(%x) args [const] results [const, const, const] : (f64) -> f64
  return
}

// -----

func.func private @f(f64, i32) -> f64
func.func @missing_operand(%x: f64) {
  // expected-error@+1 {{'autodiff.vjp' op expected operand #1 of type 'i32', argument #1 of '@f', but there are only 1}}
  autodiff.vjp @f(%x) args [const, const] results [const] : (f64) -> f64
  return
}

// -----

func.func private @f(f64) -> f64
func.func @wrong_argument(%x: f32) {
  // expected-error@+1 {{'autodiff.vjp' op operand #0 is argument #0 of '@f': expected 'f64', got 'f32'}}
  autodiff.vjp @f(%x) args [const] results [const] : (f32) -> f64
  return
}

// -----

func.func private @f(f64) -> f64
func.func @wrong_tangent(%x: f64, %x_dot: f32) {
  // expected-error@+1 {{'autodiff.jvp' op operand #1 is the tangent of argument #0: expected 'f64', got 'f32'}}
  autodiff.jvp @f(%x, %x_dot) args [dup] results [dup_noneed] : (f64, f32) -> f64
  return
}

// -----

func.func private @f(memref<4xf64>)
func.func @wrong_shadow(%a: memref<4xf64>, %shadow: memref<3xf64>) {
  // expected-error@+1 {{'autodiff.vjp' op operand #1 is the shadow of argument #0: expected 'memref<4xf64>', got 'memref<3xf64>'}}
  autodiff.vjp @f(%a, %shadow) args [dup] results [] : (memref<4xf64>, memref<3xf64>) -> ()
  return
}

// -----

func.func private @f(f64) -> f64
func.func @wrong_cotangent(%x: f64, %y_bar: f32) {
  // expected-error@+1 {{'autodiff.vjp' op operand #1 is the cotangent of result #0: expected 'f64', got 'f32'}}
  autodiff.vjp @f(%x, %y_bar) args [active] results [active_noneed] : (f64, f32) -> f64
  return
}

// -----

func.func private @f(f64) -> f64
func.func @missing_cotangent(%x: f64) {
  // expected-error@+1 {{'autodiff.vjp' op expected operand #1 of type 'f64', the cotangent of result #0, but there are only 1}}
  autodiff.vjp @f(%x) args [active] results [active_noneed] : (f64) -> f64
  return
}

// -----

func.func private @f(f64) -> f64
func.func @too_many_operands(%x: f64) {
  // expected-error@+1 {{'autodiff.vjp' op expected 2 operands for these activities, got 3}}
  autodiff.vjp @f(%x, %x, %x) args [active] results [active_noneed] : (f64, f64, f64) -> f64
  return
}

// -----

func.func private @f(f64) -> f64
func.func @wrong_primal(%x: f64) {
  // expected-error@+1 {{'autodiff.vjp' op result #0 is the primal result #0: expected 'f64', got 'f32'}}
  autodiff.vjp @f(%x) args [const] results [const] : (f64) -> f32
  return
}

// -----

func.func private @f(f64) -> f64
func.func @wrong_result_tangent(%x: f64) {
  // expected-error@+1 {{'autodiff.jvp' op result #1 is the tangent of result #0: expected 'f64', got 'f32'}}
  autodiff.jvp @f(%x, %x) args [dup] results [dup] : (f64, f64) -> (f64, f32)
  return
}

// -----

func.func private @f(f64) -> f64
func.func @missing_gradient(%x: f64) {
  // expected-error@+1 {{'autodiff.vjp' op expected result #1 of type 'f64', the cotangent of argument #0, but there are only 1}}
  autodiff.vjp @f(%x, %x) args [active] results [active] : (f64, f64) -> f64
  return
}

// -----

func.func private @f(f64) -> f64
func.func @too_many_results(%x: f64) {
  // expected-error@+1 {{'autodiff.vjp' op expected 1 results for these activities, got 2}}
  autodiff.vjp @f(%x) args [const] results [const] : (f64) -> (f64, f64)
  return
}

// -----

func.func private @f(f64) -> f64
func.func @missing_direction(%x: f64) {
  // expected-error@+1 {{'autodiff.jvp' op expected operand #2 of type 'f64', the tangent of argument #0, but there are only 2}}
  autodiff.jvp @f(%x, %x) args [dup] results [dup] width 2 : (f64, f64) -> (f64, f64, f64)
  return
}

// -----

func.func private @f(f64) -> f64
func.func @width(%x: f64) {
  // expected-error@+1 {{attribute 'width' failed to satisfy constraint: 64-bit signless integer attribute whose value is positive}}
  autodiff.jvp @f(%x) args [const] results [const] width 0 : (f64) -> f64
  return
}

// -----

func.func private @f(f64)
func.func @left_out_argument(%x: f64) {
  // expected-error@+1 {{'autodiff.vjp' op argument #0 cannot be 'const_noneed': only a result can be left out}}
  autodiff.vjp @f(%x) args [const_noneed] results [] : (f64) -> ()
  return
}

// -----

func.func private @f(f64)
func.func @left_out_active_argument(%x: f64) {
  // expected-error@+1 {{'autodiff.vjp' op argument #0 cannot be 'active_noneed': only a result can be left out}}
  autodiff.vjp @f(%x) args [active_noneed] results [] : (f64) -> ()
  return
}

// -----

func.func private @f(f64)
func.func @active_in_forward_mode(%x: f64) {
  // expected-error@+1 {{'autodiff.jvp' op argument #0 cannot be 'active': forward mode takes 'dup' or 'const'}}
  autodiff.jvp @f(%x) args [active] results [] : (f64) -> ()
  return
}

// -----

func.func private @f(f64) -> f64
func.func @active_result_in_forward_mode(%x: f64) {
  // expected-error@+1 {{'autodiff.jvp' op result #0 cannot be 'active_noneed': forward mode takes 'dup' or 'const'}}
  autodiff.jvp @f(%x, %x) args [dup] results [active_noneed] : (f64, f64) -> ()
  return
}

// -----

func.func private @f(memref<4xf64>)
func.func @active_buffer(%a: memref<4xf64>) {
  // expected-error@+1 {{'autodiff.vjp' op argument #0 cannot be 'active': a buffer is differentiated by its shadow, use 'dup'}}
  autodiff.vjp @f(%a) args [active] results [] : (memref<4xf64>) -> ()
  return
}

// -----

func.func private @f(f64) -> f64
func.func @dup_result_in_reverse_mode(%x: f64) {
  // expected-error@+1 {{'autodiff.vjp' op result #0 cannot be 'dup': reverse mode takes 'active', 'active_noneed', 'const' or 'const_noneed' for a result}}
  autodiff.vjp @f(%x) args [const] results [dup] : (f64) -> (f64, f64)
  return
}

// -----

func.func private @f(tensor<2xf64>)
func.func @dup_value(%x: tensor<2xf64>) {
  // expected-error@+1 {{'autodiff.vjp' op argument #0 cannot be 'dup': a value is differentiated by its cotangent, use 'active'}}
  autodiff.vjp @f(%x, %x) args [dup] results [] : (tensor<2xf64>, tensor<2xf64>) -> ()
  return
}

// -----

func.func private @f(f64)
func.func @unneeded_value(%x: f64) {
  // expected-error@+1 {{'autodiff.jvp' op argument #0 cannot be 'dup_noneed': only the content of a buffer can be left out}}
  autodiff.jvp @f(%x, %x) args [dup_noneed] results [] : (f64, f64) -> ()
  return
}

// -----

func.func private @f(i32)
func.func @active_integer(%n: i32) {
  // expected-error@+1 {{'autodiff.vjp' op argument #0 cannot be 'active': integers and indices have no derivative, got 'i32'}}
  autodiff.vjp @f(%n) args [active] results [] : (i32) -> i32
  return
}

// -----

func.func private @f(memref<4xindex>)
func.func @active_indices(%a: memref<4xindex>) {
  // expected-error@+1 {{'autodiff.jvp' op argument #0 cannot be 'dup': integers and indices have no derivative, got 'memref<4xindex>'}}
  autodiff.jvp @f(%a, %a) args [dup] results [] : (memref<4xindex>, memref<4xindex>) -> ()
  return
}

// -----

func.func private @f() -> i1
func.func @active_integer_result(%b: i1) {
  // expected-error@+1 {{'autodiff.vjp' op result #0 cannot be 'active_noneed': integers and indices have no derivative, got 'i1'}}
  autodiff.vjp @f(%b) args [] results [active_noneed] : (i1) -> ()
  return
}

// -----

func.func private @f(!llvm.ptr)
func.func @active_pointer(%p: !llvm.ptr) {
  // expected-error@+1 {{'autodiff.jvp' op argument #0 cannot be 'dup': values of type '!llvm.ptr' have no derivative}}
  autodiff.jvp @f(%p, %p) args [dup] results [] : (!llvm.ptr, !llvm.ptr) -> ()
  return
}

// -----

func.func @unranked_shadow() {
  // expected-error@+1 {{custom op 'autodiff.shadow' invalid kind of type specified: expected builtin.memref, but found 'memref<*xf64>'}}
  %a = autodiff.shadow() : memref<*xf64>
  return
}

// -----

func.func @unranked_shadow_accumulated(%x: f64, %a: memref<*xf64>) {
  // expected-error@+1 {{custom op 'autodiff.accumulate' invalid kind of type specified: expected builtin.memref, but found 'memref<*xf64>'}}
  autodiff.accumulate %x, %a[] : memref<*xf64>
  return
}

// -----

func.func @unranked_shadow_taken(%a: memref<*xf64>) {
  // expected-error@+1 {{custom op 'autodiff.take' invalid kind of type specified: expected builtin.memref, but found 'memref<*xf64>'}}
  %x = autodiff.take %a[] : memref<*xf64>
  return
}

// -----

func.func @sizes(%n: index) {
  // expected-error@+1 {{'autodiff.shadow' op expected 2 sizes for 'memref<?x4x?xf64>', got 1}}
  %a = autodiff.shadow(%n) : memref<?x4x?xf64>
  return
}

// -----

func.func @accumulate_indices(%x: f64, %a: memref<2x2xf64>, %i: index) {
  // expected-error@+1 {{'autodiff.accumulate' op expected 2 indices into 'memref<2x2xf64>', got 1}}
  autodiff.accumulate %x, %a[%i] : memref<2x2xf64>
  return
}

// -----

func.func @take_indices(%a: memref<f64>, %i: index) {
  // expected-error@+1 {{'autodiff.take' op expected 0 indices into 'memref<f64>', got 1}}
  %x = autodiff.take %a[%i] : memref<f64>
  return
}

// -----

func.func @push_indices(%x: f64, %n: index) {
  %cache = autodiff.cache(%n) : <f64>
  // expected-error@+1 {{'autodiff.push' op expected 1 indices, one for each extent of the cache, got 0}}
  autodiff.push %x, %cache[] : <f64>
  return
}

// -----

func.func @pop_indices(%n: index) {
  %cache = autodiff.cache() : <f64>
  // expected-error@+1 {{'autodiff.pop' op expected 0 indices, one for each extent of the cache, got 1}}
  %x = autodiff.pop %cache[%n] : <f64>
  return
}

// -----

func.func @stopped(%x: f64) {
  // expected-error@+1 {{'autodiff.stop_gradient' op requires the same type for all operands and results}}
  %y = "autodiff.stop_gradient"(%x) : (f64) -> f32
  return
}

// -----

func.func @value_type(%x: f32, %a: memref<1xf64>, %i: index) {
  // expected-error@+1 {{'autodiff.accumulate' op failed to verify that value has the element type of the shadow}}
  "autodiff.accumulate"(%x, %a, %i) : (f32, memref<1xf64>, index) -> ()
  return
}

// -----

func.func @cached_type(%x: f32) {
  %cache = autodiff.cache() : <f64>
  // expected-error@+1 {{'autodiff.push' op failed to verify that value has the element type of the cache}}
  "autodiff.push"(%x, %cache) : (f32, !autodiff.cache<f64>) -> ()
  return
}

// -----

func.func private @f(f64) -> f64
func.func private @g(f64) -> f64
func.func @tape_of_another_callee(%x: f64) {
  // expected-note@+1 {{the tape is made here}}
  %y, %tape = autodiff.augment @g(%x) args [active] results [active] : (f64) -> (f64, !autodiff.tape)
  // expected-error@+1 {{'autodiff.pullback' op tape of another callee: expected one of @f, got one of @g}}
  %x_bar = autodiff.pullback @f(%tape, %y) args [active] results [active] : (!autodiff.tape, f64) -> f64
  return
}

// -----

func.func private @f(f64, f64) -> f64
func.func @tape_of_other_activities(%x: f64) {
  // expected-note@+1 {{the tape is made here}}
  %y, %tape = autodiff.augment @f(%x, %x) args [active, const] results [active] : (f64, f64) -> (f64, !autodiff.tape)
  // expected-error@+1 {{'autodiff.pullback' op tape of another derivative of @f: the activities differ}}
  %x_bar = autodiff.pullback @f(%tape, %y) args [const, active] results [active] : (!autodiff.tape, f64) -> f64
  return
}

// -----

func.func private @f(f64) -> f64
func.func @tape_of_another_width(%x: f64) {
  // expected-note@+1 {{the tape is made here}}
  %y, %tape = autodiff.augment @f(%x) args [active] results [active] : (f64) -> (f64, !autodiff.tape)
  // expected-error@+1 {{'autodiff.pullback' op tape of another derivative of @f: 'width' or 'strong_zero' differs}}
  %x_bar:2 = autodiff.pullback @f(%tape, %y, %y) args [active] results [active] width 2 : (!autodiff.tape, f64, f64) -> (f64, f64)
  return
}

// -----

func.func private @f(f64) -> f64
func.func @missing_tape(%x: f64) {
  // expected-error@+1 {{'autodiff.augment' op expected result #1 of type '!autodiff.tape', the tape, but there are only 1}}
  %y = autodiff.augment @f(%x) args [active] results [active] : (f64) -> f64
  return
}

// -----

func.func private @f(f64) -> f64
func.func @no_tape(%x: f64) {
  // expected-error@+1 {{'autodiff.pullback' op operand #0 is the tape: expected '!autodiff.tape', got 'f64'}}
  %x_bar = autodiff.pullback @f(%x, %x) args [active] results [active] : (f64, f64) -> f64
  return
}

// -----

func.func private @f(f64) -> memref<4xf64>
func.func @active_buffer_in_split_mode(%x: f64) {
  // expected-error@+1 {{'autodiff.augment' op result #0 cannot be 'active': in split mode a returned buffer is differentiated by its shadow, use 'dup'}}
  %r, %tape = autodiff.augment @f(%x) args [active] results [active] : (f64) -> (memref<4xf64>, !autodiff.tape)
  return
}

// -----

func.func private @f(f64) -> f64
func.func @dup_value_in_split_mode(%x: f64) {
  // expected-error@+1 {{'autodiff.augment' op result #0 cannot be 'dup': reverse mode takes 'active', 'active_noneed', 'const' or 'const_noneed' for a result}}
  %y:2, %tape = autodiff.augment @f(%x) args [active] results [dup] : (f64) -> (f64, f64, !autodiff.tape)
  return
}

// -----

func.func private @f(f64) -> memref<4xf64>
func.func @missing_shadow_of_result(%x: f64) {
  // expected-error@+1 {{'autodiff.augment' op result #1 is the shadow of result #0: expected 'memref<4xf64>', got '!autodiff.tape'}}
  %r, %tape = autodiff.augment @f(%x) args [active] results [dup] : (f64) -> (memref<4xf64>, !autodiff.tape)
  return
}

// -----

func.func @ranks(%tape: !autodiff.tape) {
  // expected-error@+1 {{'autodiff.unpack' op expected 2 ranks, one for each cache, got 1}}
  %a, %b = autodiff.unpack "f"(%tape) ranks [1] : !autodiff.cache<f64>, !autodiff.cache<f64>
  return
}
