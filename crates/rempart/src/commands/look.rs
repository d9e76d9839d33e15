//! `rempart look`: the process that looks at pages. A node starts it; it has no key and no database.

use std::net::SocketAddr;

use clap::Args;
use server::http::{Guard, Names};
use server::removal::look::serve_lines;

/// Look whether pages are still there: addresses in, a JSON object a line out
///
/// Started by a node whose setting `look_again` is on. Asks by https and on the public internet alone, follows five redirects at
/// most, each judged anew, and says status and digest of text; of anything else it reads nothing.
#[derive(Args, Debug)]
pub(crate) struct Look {
    /// Also connect to this socket, without TLS too: for a test or a page in the operator's own network
    #[arg(long, value_name = "ADDR", hide = true)]
    permit: Vec<SocketAddr>,
}

impl Look {
    pub(super) async fn run(self) -> anyhow::Result<()> {
        let guard = Guard::with(Names::System, self.permit);
        Ok(serve_lines(&guard, std::io::stdin().lock(), std::io::stdout()).await?)
    }
}
