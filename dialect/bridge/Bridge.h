//===- Bridge.h - What Rust calls and LLVM's C API lacks --------*- C++ -*-===//

#ifndef AUTODIFF_BRIDGE_BRIDGE_H
#define AUTODIFF_BRIDGE_BRIDGE_H

#include "mlir-c/IR.h"

#include <cstddef>
#include <cstdint>

extern "C" {

/// An option of a pass: its kind decides the `Pass::Option` that holds it.
struct AutodiffPassOption {
  const char *name;
  const char *description;
  const char *defaultValue;
  enum Kind : int32_t { String = 0, Bool = 1, Integer = 2 } kind;
};

/// A pass on `builtin.module` whose body is a Rust function.
struct AutodiffPass {
  const char *argument;
  const char *description;
  const AutodiffPassOption *options;
  size_t optionCount;
  /// Runs on a module; gets the options' values as text. False: the pass failed.
  bool (*run)(const AutodiffPass *self, const char *const *values, MlirOperation module);
};

/// A pipeline by name: `expand` writes the textual pipeline for given options.
struct AutodiffPipeline {
  const char *argument;
  const char *description;
  const AutodiffPassOption *options;
  size_t optionCount;
  /// Hands the textual pipeline for the options' values to `sink`; false: the options are wrong, and the text says why.
  bool (*expand)(const AutodiffPipeline *self, const char *const *values, void (*sink)(void *, MlirStringRef),
                 void *data);
};

void autodiffRegisterEverything(MlirDialectRegistry registry);
void autodiffRegisterUpstreamPasses();
void autodiffRegisterPass(const AutodiffPass *pass);
void autodiffRegisterPipeline(const AutodiffPipeline *pipeline);
int autodiffOptMain(int argc, const char *const *argv, const char *toolName);
/// Calls `handler`, which does not return, where C++ code or LLVM finds no memory.
void autodiffOnOutOfMemory(void (*handler)());
/// Forgets that LLVM's standard error could not be written: it would change the exit code of the process.
void autodiffForgetOutputErrors();

/// Severity: 0 error, 1 warning, 2 remark.
void autodiffEmit(int severity, MlirLocation location, MlirStringRef message, size_t noteCount,
                  const MlirLocation *noteLocations, const MlirStringRef *noteMessages);

/// Effects of one op, not of its regions. `kind`: 0 read, 1 write, 2 allocate, 3 free. A null value: unknown location.
/// Returns false where the op's effects are unknown.
bool autodiffMemoryEffects(MlirOperation op, void (*sink)(void *, int32_t kind, MlirValue value), void *data);
/// Whether the op and its regions have no effect at all.
bool autodiffIsMemoryEffectFree(MlirOperation op);
/// Whether the op has no effect and may be executed where the original would not be.
bool autodiffIsPure(MlirOperation op);
bool autodiffIsTerminator(MlirOperation op);
/// What an op with regions forwards: an operand of it or of a terminator in it, and a result or argument of a region that
/// gets the operand's value; in any order. Returns false where nothing knows.
bool autodiffRegionFlow(MlirOperation op, void (*sink)(void *, MlirOperation owner, size_t number, MlirValue to),
                        void *data);
/// The block that a branch whose operands are constants always goes on to, and what it passes there; null where that is not
/// known.
MlirBlock autodiffTakenSuccessor(MlirOperation op, void (*sink)(void *, MlirValue passed), void *data);
/// Erases the blocks of a region, and of regions in it, that nothing reaches.
void autodiffEraseUnreachableBlocks(MlirRegion region);
/// The buffer that the op's result is a view of; null if the op is no view.
MlirValue autodiffViewSource(MlirOperation op, MlirValue result);
/// Whether the op implements FunctionOpInterface.
bool autodiffIsFunction(MlirOperation op);
MlirOperation autodiffLookupSymbol(MlirOperation from, MlirAttribute symbol);
bool autodiffIsConstantLike(MlirOperation op);
/// The activities of a list attribute; returns their number, writes at most `capacity`.
size_t autodiffActivities(MlirAttribute list, int32_t *activities, size_t capacity);
MlirAttribute autodiffActivityListGet(MlirContext context, const int32_t *activities, size_t count);
/// Replaces an op on tensors by the ops that it is made of: 0 no such op, 1 replaced, 2 this one cannot be.
int32_t autodiffDecompose(MlirOperation op);
MlirType autodiffCacheTypeGet(MlirType element);
MlirType autodiffCacheTypeElement(MlirType cache);
MlirType autodiffTapeTypeGet(MlirContext context);
bool autodiffTypeIsATape(MlirType type);
/// Whether the type is a memref with or without a rank, a cache or a tape.
bool autodiffTypeIsMemory(MlirType type);
/// Whether LLVM has the type, and all the types in it.
bool autodiffTypeIsLLVM(MlirType type);
/// The bits of an `arith.fastmath` attribute; 0 for any other.
uint32_t autodiffFastMathFlags(MlirAttribute attribute);
} // extern "C"

#endif // AUTODIFF_BRIDGE_BRIDGE_H
