//===- Dialect.h - The autodiff dialect in C++ ------------------*- C++ -*-===//
//
// What mlir-tblgen makes of Autodiff.td, in the order in which it must be read.
//
//===----------------------------------------------------------------------===//

#ifndef AUTODIFF_BRIDGE_DIALECT_H
#define AUTODIFF_BRIDGE_DIALECT_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "AutodiffEnums.h.inc"

#include "AutodiffDialect.h.inc"

#define GET_ATTRDEF_CLASSES
#include "AutodiffAttrs.h.inc"

#define GET_TYPEDEF_CLASSES
#include "AutodiffTypes.h.inc"

#define GET_OP_CLASSES
#include "AutodiffOps.h.inc"

#endif // AUTODIFF_BRIDGE_DIALECT_H
