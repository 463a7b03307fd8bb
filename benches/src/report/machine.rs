//! Where it was measured, and what.

use std::process::Command;

/// One sentence about machine, compiler and peers.
pub fn describe() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    format!(
        "{cpu}, {cores} cores, {system}; {rustc}; {peers}; {date}.",
        cpu = cpu(),
        system = output("uname", &["-sr"]).unwrap_or_else(|| std::env::consts::OS.to_owned()),
        rustc = output("rustc", &["--version"]).unwrap_or_default(),
        peers = peers(),
        date = output("date", &["-u", "+%Y-%m-%d"]).unwrap_or_default(),
    )
}

fn cpu() -> String {
    let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info.lines().find_map(|line| line.strip_prefix("model name")?.split(": ").nth(1));
    let model = model.map(str::to_owned);
    model
        .or_else(|| output("sysctl", &["-n", "machdep.cpu.brand_string"]))
        .unwrap_or_else(|| std::env::consts::ARCH.to_owned())
}

/// Their versions, from the lock file that the bench was built with.
fn peers() -> String {
    const PEERS: [&str; 6] = ["capnp-rpc", "crossbeam-queue", "fastrace", "log", "rtrb", "tracing"];
    let lock = include_str!("../../../Cargo.lock");
    let version = |name: &str| {
        // The last one is the newest: a peer may itself need an older version of another.
        let package =
            lock.split("[[package]]").filter(|it| it.contains(&format!("name = \"{name}\"\n"))).last()?;
        package.split("version = \"").nth(1)?.split('"').next()
    };
    PEERS.map(|name| format!("{name} {}", version(name).unwrap_or("?"))).join(", ")
}

fn output(program: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(program).args(arguments).output().ok().filter(|it| it.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}
