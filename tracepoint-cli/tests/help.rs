//! The help is the manual.

mod common;

use common::run;

const COMMANDS: [&str; 9] =
    ["ps", "list", "watch", "stat", "record", "schema", "convert", "demo", "completions"];

#[test]
fn the_help_names_every_command() {
    for help in ["-h", "--help"] {
        let finished = run(&[help]);
        finished.expect(0, &[]);
        for command in COMMANDS {
            assert!(finished.stdout.contains(&format!("\n  {command} ")), "{command}: {}", finished.stdout);
        }
        assert!(!finished.stdout.contains("demo-node"), "{}", finished.stdout);
    }
}

#[test]
fn every_command_has_help_with_an_example() {
    for command in COMMANDS {
        let finished = run(&[command, "--help"]);
        finished.expect(0, &[]);
        assert!(finished.stdout.contains("Example"), "{}", finished.stdout);
        assert!(finished.stdout.contains(&format!("tracepoint {command}")), "{}", finished.stdout);
    }
}

#[test]
fn the_manual_tells_the_exit_status_and_the_environment() {
    let finished = run(&["--help"]);
    for words in
        ["Exit status:", "\n  3  events were lost", "\n  4  the traced process", "TRACEPOINT_DIR", "NO_COLOR"]
    {
        assert!(finished.stdout.contains(words), "{words}: {}", finished.stdout);
    }
}

#[test]
fn completions_exist_for_every_shell() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let finished = run(&["completions", shell]);
        finished.expect(0, &[]);
        assert!(finished.stdout.contains("fail-on-loss"), "{shell}: {}", finished.stdout);
    }
}
