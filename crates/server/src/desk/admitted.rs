//! Whom a route admits, read off the type of its handler's arguments.

use super::Form;
use crate::access::staff::{Anybody, Handle, Role};

/// Whom a handle admits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Admitted {
    /// Whoever asks, signed in or not.
    Anybody,
    /// Anyone who is signed in.
    Person,
    /// Analysts and leads.
    Analyst,
    /// Leads.
    Lead,
    /// Mediators.
    Mediator,
    /// Leads and administrators.
    Manager,
    /// Administrators.
    Administrator,
    /// People of platforms.
    PlatformStaff,
}

impl Admitted {
    /// Whether somebody of a role is admitted.
    pub const fn admits(self, role: Role) -> bool {
        match self {
            Self::Anybody | Self::Person => true,
            Self::Analyst => matches!(role, Role::Analyst | Role::Lead),
            Self::Lead => matches!(role, Role::Lead),
            Self::Mediator => matches!(role, Role::Mediator),
            Self::Manager => matches!(role, Role::Lead | Role::Administrator),
            Self::Administrator => matches!(role, Role::Administrator),
            Self::PlatformStaff => matches!(role, Role::Platform),
        }
    }
}

/// The arguments of a handler that shows: its first is a handle.
pub(crate) trait AdmitsFirst {
    const ADMITS: Admitted;
    const IS_STEPPED_UP: bool;
}

/// The arguments of a handler that changes: its last is a [`Form`] of a handle, or of [`Anybody`].
pub(crate) trait AdmitsLast {
    const ADMITS: Admitted;
    const IS_STEPPED_UP: bool;
}

/// A handle, or nobody in particular.
pub(crate) trait Admits {
    const ADMITS: Admitted;
    const IS_STEPPED_UP: bool;
}

impl<H: Handle> Admits for H {
    const ADMITS: Admitted = H::ADMITS;
    const IS_STEPPED_UP: bool = H::IS_STEPPED_UP;
}

impl Admits for Anybody {
    const ADMITS: Admitted = Admitted::Anybody;
    const IS_STEPPED_UP: bool = false;
}

// axum tells a handler's arguments apart by a tuple of a marker and their types.
macro_rules! positions {
    ($($other:ident),*) => {
        impl<M, H: Admits, $($other),*> AdmitsFirst for (M, H, $($other,)*) {
            const ADMITS: Admitted = H::ADMITS;
            const IS_STEPPED_UP: bool = H::IS_STEPPED_UP;
        }

        impl<M, $($other,)* H: Admits> AdmitsLast for (M, $($other,)* Form<H>,) {
            const ADMITS: Admitted = H::ADMITS;
            const IS_STEPPED_UP: bool = H::IS_STEPPED_UP;
        }
    };
}

positions!();
positions!(A);
positions!(A, B);
positions!(A, B, C);
positions!(A, B, C, D);
positions!(A, B, C, D, E);
