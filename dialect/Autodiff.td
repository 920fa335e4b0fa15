//===- Autodiff.td - The autodiff dialect ---------------------------------===//
//
// The only definition of the dialect. `mlir-tblgen` makes its C++ side from this
// file, `melior::dialect!` the typed Rust ops.
//
//===----------------------------------------------------------------------===//

#ifndef AUTODIFF_TD
#define AUTODIFF_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/OpBase.td"
include "mlir/IR/SymbolInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

def Autodiff_Dialect : Dialect {
  let name = "autodiff";
  let cppNamespace = "::autodiff";
  let summary = "Requests for derivatives, and the state that derivative code keeps";
  let description = [{
    *Request ops* (`autodiff.jvp`, `autodiff.vjp`, and the pair `autodiff.augment` and `autodiff.pullback`) ask for a
    derivative of a function; the pass `autodiff-differentiate` replaces them by calls of functions that it makes.
    *State ops* (shadows, accumulation, caches, tapes) exist between that pass and `autodiff-lower`.
  }];
  let useDefaultAttributePrinterParser = 1;
  let useDefaultTypePrinterParser = 1;
}

class Autodiff_Op<string mnemonic, list<Trait> traits = []>
    : Op<Autodiff_Dialect, mnemonic, traits>;

//===----------------------------------------------------------------------===//
// Activities
//===----------------------------------------------------------------------===//

def Autodiff_Activity : I32Enum<"Activity", "how one argument or result takes part in a derivative", [
    I32EnumCase<"Const", 0, "const">,
    I32EnumCase<"Active", 1, "active">,
    I32EnumCase<"Dup", 2, "dup">,
    I32EnumCase<"DupNoneed", 3, "dup_noneed">,
    I32EnumCase<"ActiveNoneed", 4, "active_noneed">,
    I32EnumCase<"ConstNoneed", 5, "const_noneed">]> {
  let cppNamespace = "::autodiff";
}

def Autodiff_ActivityListAttr : AttrDef<Autodiff_Dialect, "ActivityList"> {
  let mnemonic = "activities";
  let summary = "one activity per argument, or per result, of a function";
  let parameters = (ins OptionalArrayRefParameter<"::autodiff::Activity">:$value);
  let assemblyFormat = "custom<Activities>($value)";
}

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

def Autodiff_CacheType : TypeDef<Autodiff_Dialect, "Cache"> {
  let mnemonic = "cache";
  let summary = "saved values of one type, from the forward to the reverse sweep";
  let parameters = (ins "::mlir::Type":$elementType);
  let assemblyFormat = "`<` $elementType `>`";
}

def Autodiff_TapeType : TypeDef<Autodiff_Dialect, "Tape"> {
  let mnemonic = "tape";
  let summary = "all that an augmented primal saves for its pullback";
  let description = [{
    `autodiff.augment` makes a tape, and the `autodiff.pullback` of the same callee and activities takes it up, once. A
    tape that is never taken up is never freed.
  }];
}

//===----------------------------------------------------------------------===//
// Request ops
//===----------------------------------------------------------------------===//

// `width` w: w tangents of each value (cotangents, shadows) stand in a row. `strong_zero`: a derivative of zero stays
// zero, even where the partial that it meets is infinite or no number. Seeds that are the constant zero have no effect
// either way.
class Autodiff_RequestOp<string mnemonic>
    : Autodiff_Op<mnemonic, [DeclareOpInterfaceMethods<SymbolUserOpInterface>]> {
  let arguments = (ins FlatSymbolRefAttr:$callee, Variadic<AnyType>:$inputs,
                       Autodiff_ActivityListAttr:$arg_activities,
                       Autodiff_ActivityListAttr:$result_activities,
                       OptionalAttr<ConfinedAttr<I64Attr, [IntPositive]>>:$width,
                       UnitAttr:$strong_zero);
  let results = (outs Variadic<AnyType>:$outputs);
  let assemblyFormat = [{
    $callee `(` $inputs `)` `args` custom<ActivityListAttr>($arg_activities)
    `results` custom<ActivityListAttr>($result_activities) (`width` $width^)? (`strong_zero` $strong_zero^)? attr-dict
    `:` functional-type($inputs, $outputs)
  }];
}

def Autodiff_JvpOp : Autodiff_RequestOp<"jvp"> {
  let summary = "forward mode: results and their tangents";
  let description = [{
    Calls the forward-mode derivative of `callee`. Each `dup` argument is followed by its tangent (a buffer: its
    shadow); each `dup` result by its tangent. A buffer's shadow holds the tangent of the initial content on entry and
    of the final content on exit.

    ```mlir
    // y, y_dot = f(x), f'(x) x_dot
    %y, %y_dot = autodiff.jvp @f(%x, %x_dot, %n) args [dup, const] results [dup]
               : (f64, f64, index) -> (f64, f64)
    ```
  }];
}

def Autodiff_VjpOp : Autodiff_RequestOp<"vjp"> {
  let summary = "reverse mode: cotangents of the arguments";
  let description = [{
    Calls the reverse-mode derivative of `callee`. Each `dup` argument is followed by its shadow; the cotangents of
    the active results come last. Results: the kept primals in order, then the cotangents of the `active` arguments in
    order. A buffer's shadow holds the cotangent of the final content on entry and of the initial content on exit.

    ```mlir
    %x_bar = autodiff.vjp @f(%x, %a, %a_shadow, %y_bar) args [active, dup] results [active_noneed]
           : (f64, memref<?xf64>, memref<?xf64>, f64) -> f64
    ```
  }];
}

def Autodiff_AugmentOp : Autodiff_RequestOp<"augment"> {
  let summary = "split reverse mode, forward sweep: results and a tape";
  let description = [{
    Calls the augmented primal of `callee`: it computes what the callee computes, and saves on a tape what
    `autodiff.pullback` needs. Each `dup` argument is followed by its shadow, which is touched by the pullback only.
    Results: the kept primals in order, and last the tape. A buffer that is a result is `dup` if it is differentiated:
    its shadow, zero where the callee allocated it, follows. It lives until the pullback, which frees it where the callee
    allocated the buffer.

    ```mlir
    %y, %tape = autodiff.augment @f(%x, %a, %a_shadow) args [active, dup] results [active]
              : (f64, memref<?xf64>, memref<?xf64>) -> (f64, !autodiff.tape)
    ```
  }];
}

def Autodiff_PullbackOp : Autodiff_RequestOp<"pullback"> {
  let summary = "split reverse mode, reverse sweep: from a tape and cotangents of results to those of arguments";
  let description = [{
    Calls the pullback of `callee` on a tape of `autodiff.augment` with the same activities: operands are the tape and
    the cotangents of the active results, results the cotangents of the `active` arguments. Shadows were given to
    `autodiff.augment`: on entry they hold the cotangents of the content that the buffers had when the callee returned,
    on exit of the content that they had when it was called. Buffers may be overwritten and freed in between, shadows
    not. A tape is used up: it must not be pulled back twice.

    ```mlir
    %x_bar = autodiff.pullback @f(%tape, %y_bar) args [active, dup] results [active] : (!autodiff.tape, f64) -> f64
    ```
  }];
}

def Autodiff_StopGradientOp : Autodiff_Op<"stop_gradient", [Pure, SameOperandsAndResultType]> {
  let summary = "the operand, with a derivative of zero";
  let description = [{
    ```mlir
    %y = autodiff.stop_gradient %x : f64
    ```
  }];
  let arguments = (ins AnyTypeOf<[AnyFloat, AnyComplex, AnySignlessIntegerOrIndex, AnyVectorOfAnyRank, AnyTensor]>:$input);
  let results = (outs AnyType:$output);
  let assemblyFormat = "$input attr-dict `:` type($input)";
}

//===----------------------------------------------------------------------===//
// State ops
//===----------------------------------------------------------------------===//

def Autodiff_ShadowOp : Autodiff_Op<"shadow"> {
  let summary = "a new buffer of zeros";
  let description = [{
    Allocates a shadow, filled with zeros; the operands are the sizes that its type leaves open. `memref.dealloc`
    frees it.

    ```mlir
    %shadow = autodiff.shadow(%n) : memref<?x4xf64>
    ```
  }];
  let arguments = (ins Variadic<Index>:$sizes);
  let results = (outs Res<AnyMemRef, "", [MemAlloc, MemWrite]>:$shadow);
  let assemblyFormat = "`(` $sizes `)` attr-dict `:` type($shadow)";
  let hasVerifier = 1;
}

def Autodiff_AccumulateOp : Autodiff_Op<"accumulate", [
    TypesMatchWith<"value has the element type of the shadow", "shadow", "value",
                   "::llvm::cast<::mlir::MemRefType>($_self).getElementType()">]> {
  let summary = "adds a cotangent into a shadow";
  let description = [{
    The one op that means `+=`. Lowering decides whether the addition is plain, atomic or reduced first.

    ```mlir
    autodiff.accumulate %x_bar, %shadow[%i] : memref<?xf64>
    ```
  }];
  let arguments = (ins AnyType:$value, Arg<AnyMemRef, "", [MemRead, MemWrite]>:$shadow, Variadic<Index>:$indices);
  let assemblyFormat = "$value `,` $shadow `[` $indices `]` attr-dict `:` type($shadow)";
  let hasVerifier = 1;
}

def Autodiff_TakeOp : Autodiff_Op<"take", [
    TypesMatchWith<"result has the element type of the shadow", "shadow", "value",
                   "::llvm::cast<::mlir::MemRefType>($_self).getElementType()">]> {
  let summary = "reads a cotangent from a shadow and leaves zero";
  let description = [{
    The reverse of a store: whoever overwrote the location owns its cotangent.

    ```mlir
    %x_bar = autodiff.take %shadow[%i] : memref<?xf64>
    ```
  }];
  let arguments = (ins Arg<AnyMemRef, "", [MemRead, MemWrite]>:$shadow, Variadic<Index>:$indices);
  let results = (outs AnyType:$value);
  let assemblyFormat = "$shadow `[` $indices `]` attr-dict `:` type($shadow)";
  let hasVerifier = 1;
}

def Autodiff_CacheOp : Autodiff_Op<"cache"> {
  let summary = "a new, empty cache";
  let description = [{
    With extents, the cache is an array whose slots `push` and `pop` name by indices. Without, it is a stack that grows:
    a pop returns what was pushed last.

    ```mlir
    %array = autodiff.cache(%n, %m) : !autodiff.cache<f64>
    %stack = autodiff.cache() : !autodiff.cache<i1>
    ```
  }];
  let arguments = (ins Variadic<Index>:$extents);
  let results = (outs Res<Autodiff_CacheType, "", [MemAlloc]>:$cache);
  let assemblyFormat = "`(` $extents `)` attr-dict `:` type($cache)";
}

def Autodiff_PushOp : Autodiff_Op<"push", [
    TypesMatchWith<"value has the element type of the cache", "cache", "value",
                   "::llvm::cast<::autodiff::CacheType>($_self).getElementType()">]> {
  let summary = "saves a value in a cache";
  let description = [{
    ```mlir
    autodiff.push %x, %cache[%i] : !autodiff.cache<f64>
    ```
  }];
  let arguments = (ins AnyType:$value, Arg<Autodiff_CacheType, "", [MemRead, MemWrite]>:$cache,
                       Variadic<Index>:$indices);
  let assemblyFormat = "$value `,` $cache `[` $indices `]` attr-dict `:` type($cache)";
  let hasVerifier = 1;
}

def Autodiff_PopOp : Autodiff_Op<"pop", [
    TypesMatchWith<"result has the element type of the cache", "cache", "value",
                   "::llvm::cast<::autodiff::CacheType>($_self).getElementType()">]> {
  let summary = "takes a saved value out of a cache";
  let description = [{
    ```mlir
    %x = autodiff.pop %cache[%i] : !autodiff.cache<f64>
    ```
  }];
  let arguments = (ins Arg<Autodiff_CacheType, "", [MemRead, MemWrite]>:$cache, Variadic<Index>:$indices);
  let results = (outs AnyType:$value);
  let assemblyFormat = "$cache `[` $indices `]` attr-dict `:` type($cache)";
  let hasVerifier = 1;
}

def Autodiff_FreeOp : Autodiff_Op<"free"> {
  let summary = "frees a cache";
  let description = [{
    ```mlir
    autodiff.free %cache : !autodiff.cache<f64>
    ```
  }];
  let arguments = (ins Arg<Autodiff_CacheType, "", [MemFree]>:$cache);
  let assemblyFormat = "$cache attr-dict `:` type($cache)";
}

def Autodiff_PackOp : Autodiff_Op<"pack"> {
  let summary = "a new tape that holds some values";
  let description = [{
    The string names the derivative whose pullback unpacks the tape.

    ```mlir
    %tape = autodiff.pack "f.augment.active"(%n, %m) : index, memref<?xf64>
    ```
  }];
  let arguments = (ins StrAttr:$key, Variadic<AnyType>:$values);
  let results = (outs Res<Autodiff_TapeType, "", [MemAlloc, MemWrite]>:$tape);
  let assemblyFormat = "$key `(` $values `)` attr-dict (`:` type($values)^)?";
}

def Autodiff_UnpackOp : Autodiff_Op<"unpack"> {
  let summary = "the values that a tape holds; frees the tape";
  let description = [{
    A tape that was packed under another name is an error at run time. `ranks` says of each value that is a cache how
    many extents it has, and how many the caches have that it keeps.

    ```mlir
    %n, %m = autodiff.unpack "f.augment.active"(%tape) : index, memref<?xf64>
    ```
  }];
  let arguments = (ins StrAttr:$key, Arg<Autodiff_TapeType, "", [MemRead, MemFree]>:$tape,
                       OptionalAttr<DenseI64ArrayAttr>:$ranks);
  let results = (outs Variadic<AnyType>:$values);
  let assemblyFormat = "$key `(` $tape `)` (`ranks` $ranks^)? attr-dict (`:` type($values)^)?";
  let hasVerifier = 1;
}

def Autodiff_BoundaryOp : Autodiff_Op<"boundary"> {
  let summary = "where a derivative is cut into augmented primal and pullback";
  let description = [{
    Stands only in a derivative that is being built for split mode. The operands are what the augmented primal returns.

    ```mlir
    autodiff.boundary(%y) : f64
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$values);
  let assemblyFormat = "`(` $values `)` attr-dict (`:` type($values)^)?";
}

#endif // AUTODIFF_TD
