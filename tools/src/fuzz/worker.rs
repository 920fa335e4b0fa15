//! Checks of programs in child processes, so that a crash is a verdict.

use super::{
    check::{Verdict, check},
    execute,
    program::Program,
};
use melior::Context;
use std::{
    fs::File,
    io::{Read, Seek, Write},
    os::fd::{AsRawFd, FromRawFd},
};

/// A program that takes longer does not end.
const SECONDS: u32 = 20;

/// A check that is under way.
pub struct Running {
    pid: libc::pid_t,
    answer: File,
    errors: File,
}

fn scratch() -> std::io::Result<File> {
    // SAFETY: a new descriptor that is owned by the file.
    unsafe {
        let descriptor = libc::memfd_create(c"fuzz".as_ptr(), 0);
        if descriptor < 0 { Err(std::io::Error::last_os_error()) } else { Ok(File::from_raw_fd(descriptor)) }
    }
}

/// Starts the check of a program.
///
/// # Errors
///
/// If there can be no further process.
pub fn start(context: &Context, program: &Program) -> std::io::Result<Running> {
    let (mut answer, errors) = (scratch()?, scratch()?);
    // SAFETY: the process has one thread, so that the child may do what the parent may.
    let pid = unsafe { libc::fork() };
    if pid < 0 {
        return Err(std::io::Error::last_os_error());
    }
    if pid == 0 {
        // SAFETY: the child ends here.
        unsafe {
            libc::dup2(errors.as_raw_fd(), 2);
            libc::alarm(SECONDS);
            let verdict = check(context, program);
            let (word, kind, why) = match verdict {
                Verdict::Passed => ("passed", String::new(), String::new()),
                Verdict::Rewritten => ("rewritten", String::new(), String::new()),
                Verdict::Discarded(why) => ("discarded", String::new(), why),
                Verdict::Refused(why) => ("refused", String::new(), why),
                Verdict::Failed(kind, why) => ("failed", kind, why),
            };
            let _ = answer.write_all(format!("{word}\n{kind}\n{why}").as_bytes());
            libc::_exit(0);
        }
    }
    Ok(Running { pid, answer, errors })
}

impl Running {
    pub fn pid(&self) -> libc::pid_t {
        self.pid
    }

    /// The verdict, when the child has ended with a status.
    pub fn verdict(mut self, status: i32) -> Verdict {
        let read = |file: &mut File| {
            let mut bytes = vec![];
            let _ = file.rewind();
            let _ = file.read_to_end(&mut bytes);
            String::from_utf8_lossy(&bytes).into_owned()
        };
        let (answer, errors) = (read(&mut self.answer), read(&mut self.errors));
        if libc::WIFSIGNALED(status) {
            let signal = libc::WTERMSIG(status);
            if signal == libc::SIGALRM {
                return Verdict::Failed("does not end".into(), String::new());
            }
            let why: Vec<_> = errors.lines().filter(|line| !line.trim().is_empty()).take(12).collect();
            let first = why
                .iter()
                .find(|line| line.contains("panicked") || line.contains("Assertion") || line.contains("error"))
                .map_or("", |line| *line);
            let _ = first;
            return Verdict::Failed(format!("crash by signal {signal}"), why.join("\n"));
        }
        let mut lines = answer.splitn(3, '\n');
        let (word, kind, why) =
            (lines.next().unwrap_or(""), lines.next().unwrap_or("").to_owned(), lines.next().unwrap_or("").to_owned());
        match word {
            "passed" => Verdict::Passed,
            "rewritten" => Verdict::Rewritten,
            "discarded" => Verdict::Discarded(why),
            "refused" => Verdict::Refused(why),
            "failed" => Verdict::Failed(kind, why),
            _ => Verdict::Failed("crash".into(), errors.lines().take(12).collect::<Vec<_>>().join("\n")),
        }
    }
}

/// Checks one program to the end.
pub fn check_one(context: &Context, program: &Program) -> Verdict {
    let Ok(running) = start(context, program) else { return Verdict::Discarded("no process".into()) };
    let mut status = 0;
    // SAFETY: waits for the child that was started.
    unsafe { libc::waitpid(running.pid, &mut status, 0) };
    running.verdict(status)
}

/// A context for checks.
pub fn context() -> Context {
    execute::context()
}
