//! What only some systems tell. `None` where it cannot be known, and rows that need it are left out there.

use std::time::Duration;

/// CPU time that this thread has used.
pub fn thread_cpu() -> Option<Duration> {
    #[cfg(unix)]
    return clock(libc::CLOCK_THREAD_CPUTIME_ID);
    #[cfg(not(unix))]
    None
}

/// CPU time that this process has used.
pub fn process_cpu() -> Option<Duration> {
    #[cfg(unix)]
    return clock(libc::CLOCK_PROCESS_CPUTIME_ID);
    #[cfg(not(unix))]
    None
}

#[cfg(unix)]
fn clock(id: libc::clockid_t) -> Option<Duration> {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: it is written to, and nothing else.
    let got = unsafe { libc::clock_gettime(id, &mut time) };
    (got == 0).then(|| Duration::new(time.tv_sec as u64, time.tv_nsec as u32))
}

/// A thread of this process that is known by its name.
#[derive(Debug, Clone, Copy)]
pub struct NamedThread {
    #[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "there is none"))]
    id: i32,
}

impl NamedThread {
    /// The thread of the exporter.
    pub fn exporter() -> Option<Self> {
        Self::find("tracepoints")
    }

    #[cfg(target_os = "linux")]
    fn find(name: &str) -> Option<Self> {
        std::fs::read_dir("/proc/self/task").ok()?.find_map(|task| {
            let task = task.ok()?;
            let comm = std::fs::read_to_string(task.path().join("comm")).ok()?;
            let id = task.file_name().to_str()?.parse().ok()?;
            (comm.trim_end() == name).then_some(NamedThread { id })
        })
    }

    #[cfg(not(target_os = "linux"))]
    fn find(_: &str) -> Option<Self> {
        None
    }

    /// CPU time that it has used.
    pub fn cpu(&self) -> Option<Duration> {
        // How the kernel numbers the CPU clock of a thread: see `clock_getcpuclockid(3)`, which only knows
        // those of processes.
        #[cfg(target_os = "linux")]
        return clock((!self.id << 3) | 6);
        #[cfg(not(target_os = "linux"))]
        None
    }

    /// How often it went to sleep by itself.
    pub fn sleeps(&self) -> Option<u64> {
        #[cfg(target_os = "linux")]
        return field(&format!("/proc/self/task/{}/status", self.id), "voluntary_ctxt_switches:");
        #[cfg(not(target_os = "linux"))]
        None
    }
}

/// Bytes of this process that are in memory and its own.
pub fn resident() -> Option<u64> {
    #[cfg(target_os = "linux")]
    return Some(field("/proc/self/status", "RssAnon:")? * 1024);
    #[cfg(not(target_os = "linux"))]
    None
}

/// A number of a file of the kernel's.
#[cfg(target_os = "linux")]
fn field(path: &str, name: &str) -> Option<u64> {
    let text = std::fs::read_to_string(path).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Lets short sleeps of this thread be as short as they say, where the system rounds them up.
pub fn sleep_exactly() {
    #[cfg(target_os = "linux")]
    // SAFETY: changes a setting of this thread alone.
    unsafe {
        libc::prctl(libc::PR_SET_TIMERSLACK, 1);
    }
}
