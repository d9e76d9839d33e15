//! Running other programs: say the command, pass its output on, and never leave a child behind.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

/// The child that is running now, for the interrupt handler; 0 when there is none. One is enough: chores run their
/// programs one after the other, and what runs beside them (a database, a node) stops when its guard is dropped.
static RUNNING_CHILD: AtomicU32 = AtomicU32::new(0);
static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// How long a program's own children may hold its output open after its end.
const ORPHAN_SECONDS_MAX: u64 = 5;

/// Turns Ctrl-C and SIGTERM into an ordinary error of the running step, so that guards clean up on the way out.
///
/// # Errors
/// When the operating system refuses the signal handler.
pub(crate) fn stop_children_when_interrupted() -> Result<()> {
    ctrlc::set_handler(|| {
        INTERRUPTED.store(true, Ordering::SeqCst);
        let child = RUNNING_CHILD.load(Ordering::SeqCst);
        if child != 0 {
            // On Ctrl-C the terminal has told the child already; on SIGTERM nobody has. Twice does no harm.
            let _ = Command::new("kill").arg(child.to_string()).status();
        }
    })
    .context("cannot listen for Ctrl-C")
}

/// Whether someone asked us to stop.
pub(crate) fn was_interrupted() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}

/// Runs a program to its end with its output on ours.
///
/// # Errors
/// When it cannot be started, or ends with anything but success.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    println!("$ {}", spoken(command));
    let mut child = command.stdin(Stdio::null()).spawn().with_context(|| cannot_start(command))?;
    let status = watch(child.id(), || child.wait())?;
    succeeded(command, status)
}

/// Runs a program to its end, showing each line of its standard output and handing it to `reader`.
/// The answer tells how it ended: a test run that fails has still said how many tests passed.
///
/// # Errors
/// When it cannot be started, we were interrupted meanwhile, or it left a process behind that still holds its output:
/// to wait for that one could take for ever.
pub(crate) fn run_reading(command: &mut Command, mut reader: impl FnMut(&str)) -> Result<ExitStatus> {
    println!("$ {}", spoken(command));
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().with_context(|| cannot_start(command))?;
    let output = child.stdout.take().expect("standard output was piped two lines above");
    let (sender, lines) = mpsc::channel();
    std::thread::spawn(move || {
        for line in BufReader::new(output).split(b'\n').map_while(std::io::Result::ok) {
            if sender.send(String::from_utf8_lossy(&line).into_owned()).is_err() {
                return;
            }
        }
    });
    let mut ended_at = None;
    let mut is_held = false;
    let status = watch(child.id(), || {
        loop {
            match lines.recv_timeout(Duration::from_millis(100)) {
                Ok(line) => {
                    writeln!(std::io::stdout(), "{line}")?;
                    reader(&line);
                }
                Err(RecvTimeoutError::Disconnected) => return child.wait(),
                Err(RecvTimeoutError::Timeout) => {
                    if let Some(status) = child.try_wait()? {
                        let since = *ended_at.get_or_insert_with(Instant::now);
                        if since.elapsed() >= Duration::from_secs(ORPHAN_SECONDS_MAX) {
                            is_held = true;
                            return Ok(status);
                        }
                    }
                }
            }
        }
    })?;
    ensure!(!is_held, "{} ended and left a process behind that holds its output open", spoken(command));
    Ok(status)
}

/// What a program prints, for programs that print little.
///
/// # Errors
/// When it cannot be started or fails; the error carries what it said on standard error.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command.stdin(Stdio::null()).output().with_context(|| cannot_start(command))?;
    if !output.status.success() {
        bail!("{} failed ({}): {}", spoken(command), output.status, String::from_utf8_lossy(&output.stderr).trim());
    }
    String::from_utf8(output.stdout).with_context(|| format!("{} did not print text", spoken(command)))
}

/// Whether a program starts and succeeds; says nothing.
pub(crate) fn succeeds(command: &mut Command) -> bool {
    let command = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// The full path of a program in PATH.
pub(crate) fn find(program: &str) -> Option<std::path::PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file())
}

/// Whether we are the superuser, who may install packages and may not run PostgreSQL.
pub(crate) fn is_superuser() -> bool {
    output(Command::new("id").arg("-u")).is_ok_and(|user| user.trim() == "0")
}

fn watch(child: u32, wait: impl FnOnce() -> std::io::Result<ExitStatus>) -> Result<ExitStatus> {
    ensure!(!was_interrupted(), "interrupted");
    RUNNING_CHILD.store(child, Ordering::SeqCst);
    let status = wait();
    RUNNING_CHILD.store(0, Ordering::SeqCst);
    ensure!(!was_interrupted(), "interrupted");
    Ok(status?)
}

fn succeeded(command: &Command, status: ExitStatus) -> Result<()> {
    ensure!(status.success(), "{} failed ({status})", spoken(command));
    Ok(())
}

fn cannot_start(command: &Command) -> String {
    format!("cannot start {}", spoken(command))
}

/// The command as a person would type it, near enough.
fn spoken(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let words = std::iter::once(program).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_fails_is_an_error_with_its_own_words() {
        let error = output(Command::new("sh").args(["-c", "echo no such luck >&2; exit 3"])).unwrap_err().to_string();
        assert!(error.contains("no such luck"), "{error}");
        assert!(error.contains("exit status: 3"), "{error}");
    }

    #[test]
    fn every_line_reaches_the_reader_even_when_the_program_fails() {
        let mut lines = Vec::new();
        let status = run_reading(Command::new("sh").args(["-c", "echo one; echo two; exit 1"]), |line| {
            lines.push(line.to_owned());
        });
        assert!(!status.unwrap().success());
        assert_eq!(lines, ["one", "two"]);
    }

    #[test]
    fn a_program_that_leaves_a_child_behind_is_an_error_and_does_not_hold_us_up() {
        let error = run_reading(Command::new("sh").args(["-c", "sleep 20 & echo one"]), |_| {}).unwrap_err();
        assert!(error.to_string().contains("left a process behind"), "{error}");
    }

    #[test]
    fn a_program_that_is_not_there_is_named() {
        let error = run(&mut Command::new("no-such-program-anywhere")).unwrap_err().to_string();
        assert_eq!(error, "cannot start no-such-program-anywhere");
    }
}
