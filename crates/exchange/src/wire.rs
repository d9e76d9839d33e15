//! What types have in common whose text form is that of another type.

/// Documents `$name` under its own name with the shape of `$wire`, which is what it is written and read as.
macro_rules! shaped_as {
    ($name:ident, $wire:ty) => {
        impl utoipa::PartialSchema for $name {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                <$wire as utoipa::PartialSchema>::schema()
            }
        }

        impl utoipa::ToSchema for $name {
            fn name() -> std::borrow::Cow<'static, str> {
                stringify!($name).into()
            }

            fn schemas(schemas: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>)>) {
                <$wire as utoipa::ToSchema>::schemas(schemas);
            }
        }
    };
}

pub(crate) use shaped_as;
