//! Child processes that try many mutants each and tell of each step, so that a crash has a place.

use super::routes::Fault;
use autodiff_tools::console::complain;
use std::{
    collections::HashMap,
    fs::File,
    io::{Read, Seek, Write},
    ops::Range,
    os::fd::{AsRawFd, FromRawFd},
    time::{Duration, Instant},
};

/// Mutants in one process. Contexts grow by types and attributes, so that a process does not go on for ever.
const BATCH: u64 = 200;
/// Seconds of processor time for one mutant.
const SECONDS: i64 = if cfg!(debug_assertions) { 60 } else { 10 };
/// Address space of a child.
const BYTES: u64 = 6 << 30;

/// What a child tells of a mutant.
pub enum Event {
    Invalid,
    /// It was executed, and what it gave was right.
    Executed(String),
    /// All routes are done.
    Tried,
    Passed(String),
    Refused(String, String),
    Failed(Failure),
}

/// A failure, and what repeats it.
pub struct Failure {
    pub fault: Fault,
    pub text: String,
    pub origin: String,
    pub route: String,
}

impl Fault {
    /// What failures of the same cause share.
    pub fn signature(&self) -> String {
        let why = match self.kind.starts_with("crash") {
            true => self.why.lines().take(2).collect::<Vec<_>>().join(" < "),
            // A pass that reports and goes on does so whatever it reports.
            _ if self.kind.starts_with("succeeds") && super::routes::is_ours(&self.pass) => String::new(),
            _ => crate::general(&self.why),
        };
        format!("{} in {}: {why}", self.kind, self.pass)
    }
}

/// Where a child writes what it does.
pub struct Log(File);

impl Log {
    fn write(&mut self, word: &str, text: &str) {
        let _ = self.0.write_all(format!("{word} {}\n{text}\n", text.len()).as_bytes());
    }

    pub fn event(&mut self, word: &str, text: &str) {
        self.write(word, text);
    }

    pub fn route(&mut self, route: &str) {
        self.write("route", route);
    }

    pub fn stage(&mut self, pass: &str) {
        self.write("stage", pass);
    }

    pub fn origin(&mut self, origin: &str) {
        self.write("origin", origin);
    }

    pub fn text(&mut self, text: &str) {
        self.write("text", text);
    }
}

fn scratch() -> std::io::Result<File> {
    // SAFETY: a new descriptor that is owned by the file.
    unsafe {
        let descriptor = libc::memfd_create(c"fuzz".as_ptr(), 0);
        if descriptor < 0 { Err(std::io::Error::last_os_error()) } else { Ok(File::from_raw_fd(descriptor)) }
    }
}

struct Child {
    log: File,
    errors: File,
    seeds: Range<u64>,
}

fn read(file: &mut File) -> Vec<u8> {
    let mut bytes = vec![];
    let _ = file.rewind();
    let _ = file.read_to_end(&mut bytes);
    bytes
}

/// Starts the clock of one piece of work.
fn limit() {
    let limit = libc::itimerval {
        it_interval: libc::timeval { tv_sec: 0, tv_usec: 0 },
        it_value: libc::timeval { tv_sec: SECONDS, tv_usec: 0 },
    };
    // SAFETY: a timer of this process.
    unsafe {
        libc::setitimer(libc::ITIMER_PROF, &limit, std::ptr::null_mut());
        libc::alarm(SECONDS as u32 * 12);
    }
}

/// Says where a signal has come, and ends.
extern "C" fn crashed(signal: libc::c_int) {
    // A trace may crash or wait for ever, too, where memory is damaged.
    // SAFETY: handlers that end the process.
    unsafe {
        for signal in SIGNALS {
            libc::signal(signal, ended_in_trace as *const () as libc::sighandler_t);
        }
        libc::alarm(5);
    }
    if let Some(mode) = crate::execute::calling() {
        complain(format_args!("\ncalling {mode}"));
    }
    let trace = std::backtrace::Backtrace::force_capture().to_string();
    complain(format_args!("\ntrace:\n{trace}"));
    // SAFETY: the process ends as if nothing had caught the signal.
    unsafe {
        libc::signal(signal, libc::SIG_DFL);
        libc::raise(signal);
    }
}

/// Ends a process whose trace cannot be taken.
extern "C" fn ended_in_trace(_: libc::c_int) {
    // SAFETY: it ends at once.
    unsafe { libc::_exit(1) };
}

/// The signals by which work ends.
const SIGNALS: [libc::c_int; 8] = [
    libc::SIGPROF,
    libc::SIGALRM,
    libc::SIGSEGV,
    libc::SIGBUS,
    libc::SIGILL,
    libc::SIGFPE,
    libc::SIGABRT,
    libc::SIGTRAP,
];

/// What a child does before its work.
fn prepare(errors: &File) {
    const STACK: usize = 1 << 20;
    // SAFETY: the child's own descriptors, limits and handlers; the stack of the handlers is never freed.
    unsafe {
        libc::dup2(errors.as_raw_fd(), 2);
        let null = libc::open(c"/dev/null".as_ptr(), libc::O_WRONLY);
        libc::dup2(null, 1);
        let bytes = libc::rlimit { rlim_cur: BYTES, rlim_max: BYTES };
        libc::setrlimit(libc::RLIMIT_AS, &bytes);
        let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        libc::setrlimit(libc::RLIMIT_CORE, &none);
        let memory = Box::leak(vec![0_u8; STACK].into_boxed_slice());
        let stack = libc::stack_t { ss_sp: memory.as_mut_ptr() as *mut libc::c_void, ss_flags: 0, ss_size: STACK };
        libc::sigaltstack(&stack, std::ptr::null_mut());
        for signal in SIGNALS {
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = crashed as *const () as usize;
            action.sa_flags = libc::SA_ONSTACK | libc::SA_RESETHAND;
            libc::sigaction(signal, &action, std::ptr::null_mut());
        }
    }
}

/// Runs work in a child.
fn start(work: &mut dyn FnMut(&mut Log)) -> std::io::Result<(libc::pid_t, File, File)> {
    let (log, errors) = (scratch()?, scratch()?);
    let _ = std::io::stdout().flush();
    // SAFETY: the process has one thread, so that the child may do what the parent may.
    let pid = unsafe { libc::fork() };
    if pid < 0 {
        return Err(std::io::Error::last_os_error());
    }
    if pid == 0 {
        prepare(&errors);
        work(&mut Log(log));
        // SAFETY: the child ends here.
        unsafe { libc::_exit(0) };
    }
    Ok((pid, log, errors))
}

/// Tries the mutants of some seeds, some at a time, and judges what comes of them.
///
/// # Errors
///
/// If there can be no further process.
pub fn run(
    seeds: Range<u64>,
    jobs: usize,
    end: Instant,
    work: &dyn Fn(u64, &mut Log),
    judge: &mut dyn FnMut(u64, Event),
) -> std::io::Result<()> {
    let mut next = seeds.start;
    let mut rest: Vec<Range<u64>> = vec![];
    let mut running: HashMap<libc::pid_t, Child> = HashMap::new();
    loop {
        while running.len() < jobs.max(1) && Instant::now() < end {
            let batch = match rest.pop() {
                Some(batch) => batch,
                None if next < seeds.end => {
                    let batch = next..seeds.end.min(next + BATCH);
                    next = batch.end;
                    batch
                }
                None => break,
            };
            let all = batch.clone();
            let (pid, log, errors) = start(&mut |log| {
                for seed in all.clone() {
                    if Instant::now() > end + Duration::from_secs(1) {
                        break;
                    }
                    log.write("seed", &seed.to_string());
                    limit();
                    work(seed, log);
                }
            })?;
            running.insert(pid, Child { log, errors, seeds: batch });
        }
        if running.is_empty() {
            return Ok(());
        }
        let mut status = 0;
        // SAFETY: waits for a child.
        let pid = unsafe { libc::waitpid(-1, &mut status, 0) };
        let Some(mut child) = running.remove(&pid) else { continue };
        let story = Story::of(&read(&mut child.log), judge);
        if let Some(fault) = ended(status, &mut child.errors, &story.stage) {
            let seed = story.seed;
            if seed + 1 < child.seeds.end {
                rest.push(seed + 1..child.seeds.end);
            }
            judge(seed, Event::Failed(Failure { fault, text: story.text, origin: story.origin, route: story.route }));
            judge(seed, Event::Tried);
        }
    }
}

/// What a child has done last.
#[derive(Default)]
struct Story {
    seed: u64,
    stage: String,
    text: String,
    origin: String,
    route: String,
}

impl Story {
    fn of(log: &[u8], judge: &mut dyn FnMut(u64, Event)) -> Self {
        let mut story = Self::default();
        let mut rest = log;
        while let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            let head = String::from_utf8_lossy(&rest[..end]).into_owned();
            let Some((word, length)) = head.split_once(' ') else { break };
            let Ok(length) = length.parse::<usize>() else { break };
            let Some(bytes) = rest.get(end + 1..end + 1 + length) else { break };
            let text = String::from_utf8_lossy(bytes).into_owned();
            rest = rest.get(end + 2 + length..).unwrap_or_default();
            match word {
                "seed" => story.seed = text.parse().unwrap_or_default(),
                "stage" => story.stage = text,
                "text" => story.text = text,
                "origin" => story.origin = text,
                "route" => story.route = text,
                "invalid" => judge(story.seed, Event::Invalid),
                "tried" => judge(story.seed, Event::Tried),
                "executed" => judge(story.seed, Event::Executed(text)),
                "passed" => judge(story.seed, Event::Passed(text)),
                "refused" => {
                    let (route, why) = text.split_once('\n').unwrap_or((&text, ""));
                    judge(story.seed, Event::Refused(route.into(), why.into()));
                }
                _ => judge(story.seed, Event::Failed(story.failure(fault(&text)))),
            }
        }
        story
    }

    fn failure(&self, fault: Fault) -> Failure {
        let Self { text, origin, route, .. } = self;
        Failure { fault, text: text.clone(), origin: origin.clone(), route: route.clone() }
    }
}

fn fault(text: &str) -> Fault {
    let mut lines = text.splitn(3, '\n').map(str::to_owned);
    let mut next = || lines.next().unwrap_or_default();
    Fault { kind: next(), pass: next(), why: next() }
}

/// How a child has failed, if it did not end by itself.
fn ended(status: i32, errors: &mut File, stage: &str) -> Option<Fault> {
    let mut pass = super::routes::name(stage).to_owned();
    if libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0 {
        return None;
    }
    let errors = String::from_utf8_lossy(&read(errors)).into_owned();
    let (messages, trace) = errors.split_once("\ntrace:\n").unwrap_or((&errors, ""));
    if let Some((_, mode)) = messages.split_once("\ncalling ") {
        pass = mode.lines().next().unwrap_or_default().trim().to_owned();
    }
    if libc::WIFSIGNALED(status) && [libc::SIGPROF, libc::SIGALRM].contains(&libc::WTERMSIG(status)) {
        return Some(Fault { kind: "does not end".into(), pass, why: String::new() });
    }
    let signal = if libc::WIFSIGNALED(status) { libc::WTERMSIG(status) } else { 0 };
    let kind = if messages.contains("panicked at") {
        "panic".into()
    } else if messages.contains("out of memory") || messages.contains("bad_alloc") {
        "out of memory".into()
    } else {
        format!("crash by signal {signal}")
    };
    let panic = messages.lines().skip_while(|line| !line.contains("panicked at")).take(2).collect::<Vec<_>>().join(" ");
    let why = if panic.is_empty() { frames(trace) + messages.trim() } else { panic };
    Some(Fault { kind, pass, why })
}

/// The functions of a trace below the handler's own, one a line.
fn frames(trace: &str) -> String {
    let names: Vec<_> = trace
        .lines()
        .filter_map(|line| line.trim().split_once(": ").filter(|(number, _)| number.parse::<u32>().is_ok()))
        .map(|(_, name)| name.split("::h").next().unwrap_or(name).split('(').next().unwrap_or(name))
        .collect();
    let start = names.iter().position(|name| name.contains("crashed")).map_or(0, |at| at + 1);
    let skip = ["<unknown>", "gsignal", "raise", "abort", "pthread_kill", "__libc"];
    names[start.min(names.len())..]
        .iter()
        .filter(|name| !skip.iter().any(|word| name.contains(word)))
        .take(10)
        .map(|name| format!("{name}\n"))
        .collect()
}

/// Runs one piece of work in a child: the fault that it tells of, or how it ended.
pub fn check(work: &mut dyn FnMut(&mut Log)) -> Option<Fault> {
    let (pid, mut log, mut errors) = start(&mut |log| {
        limit();
        work(log);
    })
    .ok()?;
    let mut status = 0;
    // SAFETY: waits for the child that was started.
    unsafe { libc::waitpid(pid, &mut status, 0) };
    let mut found = None;
    let story = Story::of(&read(&mut log), &mut |_, event| {
        if let Event::Failed(failure) = event {
            found = Some(failure.fault);
        }
    });
    found.or_else(|| ended(status, &mut errors, &story.stage))
}
