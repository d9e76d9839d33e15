//! The child: bytes in, grey samples and hashes out. It limits itself before it reads the first byte of a stranger's file, and
//! from then on can open nothing, start nothing, write no file, and take only so much memory and time.

use std::io::{self, Read, Write};
use std::process::ExitCode;

use media::{DecodeError, Limits, Picture};

use super::SIDE_MAX;
use crate::intake::uploads::UPLOAD_BYTES_MAX;

/// It answered.
pub(super) const DONE: i32 = 0;
/// The file is no picture that is read here.
pub(super) const NO_PICTURE: i32 = 3;
/// It would cost too much.
pub(super) const TOO_LARGE: i32 = 4;
const FAILED: u8 = 5;

/// Bytes of address space: what decoding may hold, the file, the program itself.
const MEMORY_BYTES_MAX: u64 = 1_536 * 1024 * 1024;
/// Seconds of the processor.
const PROCESSOR_SECONDS_MAX: u64 = 10;
/// Standard input, output and error, and nothing that is opened later.
const DESCRIPTORS_MAX: u64 = 3;

/// What decoding may cost in here.
const LIMITS: Limits = Limits {
    bytes_max: UPLOAD_BYTES_MAX,
    pixels_max: 60_000_000,
    memory_bytes_max: 800 * 1024 * 1024,
    time_max: std::time::Duration::from_secs(PROCESSOR_SECONDS_MAX),
};

/// The whole child: what the hidden subcommand runs.
pub fn child() -> ExitCode {
    if confine().is_err() {
        return ExitCode::from(FAILED);
    }
    let mut file = Vec::new();
    let read = io::stdin().lock().take(UPLOAD_BYTES_MAX + 1).read_to_end(&mut file);
    if read.is_err() {
        return ExitCode::from(FAILED);
    }
    match media::decode(&file, &LIMITS) {
        Ok(picture) => {
            drop(file);
            if answer(&picture).is_ok() { ExitCode::SUCCESS } else { ExitCode::from(FAILED) }
        }
        Err(
            DecodeError::TooManyBytes { .. }
            | DecodeError::TooManyPixels { .. }
            | DecodeError::TooMuchMemory { .. }
            | DecodeError::TooLong { .. },
        ) => ExitCode::from(TOO_LARGE as u8),
        Err(_) => ExitCode::from(NO_PICTURE as u8),
    }
}

fn answer(picture: &Picture) -> io::Result<()> {
    let hashes = fingerprint::pdq_dihedral(&picture.pixels());
    let small = picture.grey_within(SIDE_MAX);
    let side = |side: u32| u16::try_from(side).unwrap_or(0).to_be_bytes();
    let mut out = io::stdout().lock();
    out.write_all(&side(small.width()))?;
    out.write_all(&side(small.height()))?;
    for hash in hashes.hashes {
        out.write_all(hash.as_bytes())?;
    }
    out.write_all(small.samples())?;
    out.flush()
}

/// Gives up everything but three descriptors, some memory and some time.
#[cfg(unix)]
fn confine() -> rustix::io::Result<()> {
    use rustix::process::{Resource, Rlimit, setrlimit};
    let all = [
        (Resource::As, MEMORY_BYTES_MAX),
        (Resource::Cpu, PROCESSOR_SECONDS_MAX),
        (Resource::Nofile, DESCRIPTORS_MAX),
        (Resource::Fsize, 0),
        (Resource::Nproc, 0),
        (Resource::Core, 0),
    ];
    for (resource, most) in all {
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?;
    }
    #[cfg(target_os = "linux")]
    {
        rustix::thread::set_no_new_privs(true)?;
        rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable)?;
    }
    Ok(())
}

#[cfg(not(unix))]
fn confine() -> io::Result<()> {
    Ok(())
}
