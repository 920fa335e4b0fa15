//! The diagnostics of a context, with their severities. Texts need not be UTF-8: names of mutants are not.

use melior::Context;
use mlir_sys::*;
use std::{
    ffi::c_void,
    sync::{Mutex, PoisonError},
};

static KEPT: Mutex<Vec<(bool, String)>> = Mutex::new(vec![]);

unsafe extern "C" fn append(part: MlirStringRef, data: *mut c_void) {
    // SAFETY: MLIR's strings are valid for their length; callers pass a `Vec` as the data.
    unsafe {
        if part.length > 0 {
            (*(data as *mut Vec<u8>))
                .extend_from_slice(std::slice::from_raw_parts(part.data as *const u8, part.length));
        }
    }
}

fn text(diagnostic: MlirDiagnostic) -> String {
    let mut bytes: Vec<u8> = vec![];
    // SAFETY: the diagnostic is alive while its handler runs.
    unsafe { mlirDiagnosticPrint(diagnostic, Some(append), &mut bytes as *mut _ as *mut c_void) };
    String::from_utf8_lossy(&bytes).into_owned()
}

unsafe extern "C" fn handle(diagnostic: MlirDiagnostic, _: *mut c_void) -> MlirLogicalResult {
    let mut message = text(diagnostic);
    // SAFETY: as above.
    let is_error = unsafe {
        for index in 0..mlirDiagnosticGetNumNotes(diagnostic) {
            let note = text(mlirDiagnosticGetNote(diagnostic, index));
            message += &format!("\n  note: {}", note.lines().next().unwrap_or_default());
        }
        mlirDiagnosticGetSeverity(diagnostic) == MlirDiagnosticSeverity_MlirDiagnosticError
    };
    KEPT.lock().unwrap_or_else(PoisonError::into_inner).push((is_error, message));
    MlirLogicalResult { value: 1 }
}

/// Keeps the diagnostics of a context.
pub fn keep(context: &Context) {
    // SAFETY: the handler is a function without data.
    unsafe { mlirContextAttachDiagnosticHandler(context.to_raw(), Some(handle), std::ptr::null_mut(), None) };
}

/// The errors since the last call.
pub fn take() -> Vec<String> {
    let kept = std::mem::take(&mut *KEPT.lock().unwrap_or_else(PoisonError::into_inner));
    kept.into_iter().filter(|(is_error, _)| *is_error).map(|(_, text)| text).collect()
}
