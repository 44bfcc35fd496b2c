//! Reads from an executable's header what it runs on.

/// The operating systems and architecture of a program, in Go's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Program {
    /// The systems that use this format.
    pub(crate) systems: &'static [&'static str],
    /// `amd64` or `arm64`; empty for another.
    pub(crate) arch: &'static str,
    /// Whether the system's loader, and with it the C library, is needed.
    pub(crate) is_dynamic: bool,
}

impl Program {
    /// Reads the header of a program; `None` for an unknown format.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        if bytes.starts_with(b"\x7fELF\x02\x01") {
            return Some(Self {
                systems: &["linux", "freebsd"],
                arch: arch(u16_at(bytes, 18)?, 0x3e, 0xb7),
                is_dynamic: elf_has_loader(bytes)?,
            });
        }
        if bytes.starts_with(b"\xcf\xfa\xed\xfe") {
            return Some(Self {
                systems: &["darwin"],
                arch: arch(u16_at(bytes, 4)?, 7, 12),
                is_dynamic: true,
            });
        }
        if bytes.starts_with(b"MZ") {
            let header = usize::try_from(u32_at(bytes, 0x3c)?).ok()?;
            let is_program = bytes.get(header..)?.starts_with(b"PE\0\0");
            return is_program.then_some(Self {
                systems: &["windows"],
                arch: arch(u16_at(bytes, header + 4)?, 0x8664, 0xaa64),
                is_dynamic: true,
            });
        }
        None
    }
}

fn arch(found: u16, amd64: u16, arm64: u16) -> &'static str {
    match found {
        _ if found == amd64 => "amd64",
        _ if found == arm64 => "arm64",
        _ => "",
    }
}

/// Returns whether a segment names a loader. Bytes 32 to 39 have the offset of the list of
/// segments, bytes 54 to 57 the length and number of its entries.
fn elf_has_loader(bytes: &[u8]) -> Option<bool> {
    const LOADER: u32 = 3;
    let start = usize::try_from(u32_at(bytes, 32)?).ok()?;
    let (length, count) = (u16_at(bytes, 54)?, u16_at(bytes, 56)?);
    let kinds =
        (0..count).map(|index| u32_at(bytes, start + usize::from(index) * usize::from(length)));
    Some(kinds.collect::<Option<Vec<_>>>()?.contains(&LOADER))
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let bytes = bytes.get(at..at.checked_add(2)?)?;
    Some(u16::from_le_bytes(bytes.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(4)?)?;
    Some(u32::from_le_bytes(bytes.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_platform_of_the_running_program_is_read() {
        let path = std::env::current_exe().expect("a program");
        let program = Program::read(&std::fs::read(path).expect("bytes")).expect("a known format");
        assert!(program.systems.contains(&match std::env::consts::OS {
            "macos" => "darwin",
            other => other,
        }));
        let arch = program
            .arch
            .replace("amd64", "x86_64")
            .replace("arm64", "aarch64");
        assert_eq!(arch, std::env::consts::ARCH);
    }

    #[test]
    fn a_truncated_program_is_refused() {
        let path = std::env::current_exe().expect("a program");
        let bytes = std::fs::read(path).expect("bytes");
        for length in [0, 4, 6, 20, 50, 64] {
            assert_eq!(Program::read(&bytes[..length]), None, "{length}");
        }
        assert_eq!(Program::read(b"#!/bin/sh\necho\n"), None);
    }
}
