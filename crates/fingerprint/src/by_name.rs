//! Types with a list `ALL` of their values and a `name` for each.

/// Writes `$name` as its name, and reads exactly those names; what else is read is `$unknown`, documented as said.
macro_rules! by_name {
    ($name:ident, $unknown:ident, $documentation:literal) => {
        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.write_str(self.name())
            }
        }

        impl core::str::FromStr for $name {
            type Err = $unknown;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::ALL.into_iter().find(|value| value.name() == text).ok_or($unknown)
            }
        }

        #[doc = $documentation]
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct $unknown;

        impl core::error::Error for $unknown {}
    };
}

pub(crate) use by_name;
