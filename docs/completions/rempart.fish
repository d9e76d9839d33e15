# Print an optspec for argparse to handle cmd's options that are independent of any subcommand.
function __fish_rempart_global_optspecs
    string join \n h/help V/version
end

function __fish_rempart_needs_command
    # Figure out if the current invocation already has a command.
    set -l cmd (commandline -opc)
    set -e cmd[1]
    argparse -s (__fish_rempart_global_optspecs) -- $cmd 2>/dev/null
    or return
    if set -q argv[1]
        # Also print the command, so this can be used to figure out what it is.
        echo $argv[1]
        return 1
    end
    return 0
end

function __fish_rempart_using_subcommand
    set -l cmd (__fish_rempart_needs_command)
    test -z "$cmd"
    and return 1
    contains -- $cmd[1] $argv
end

complete -c rempart -n "__fish_rempart_needs_command" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rempart -n "__fish_rempart_needs_command" -s V -l version -d 'Print version'
complete -c rempart -n "__fish_rempart_needs_command" -f -a "demo" -d 'Show all of it on this machine: a node, two platforms with a matcher each, pictures, copies, a withdrawal'
complete -c rempart -n "__fish_rempart_needs_command" -f -a "serve" -d 'Run a node: the bank, its feed, and the API for partners'
complete -c rempart -n "__fish_rempart_needs_command" -f -a "setup" -d 'Print a new one-time link to the pages on which the portal is set up'
complete -c rempart -n "__fish_rempart_needs_command" -f -a "staff" -d 'People who work here: invite, list, end'
complete -c rempart -n "__fish_rempart_needs_command" -f -a "case" -d 'Cases that people opened on the portal: list, read, answer'
complete -c rempart -n "__fish_rempart_needs_command" -f -a "matcher" -d 'Run a platform\'s matcher: a copy of what one or more nodes share with it, in memory'
complete -c rempart -n "__fish_rempart_needs_command" -f -a "age" -d 'Check ages so that a site learns one bit, whoever checks learns no site, and both together cannot join the two'
complete -c rempart -n "__fish_rempart_needs_command" -f -a "log" -d 'Check the log of who did what to which case, or watch the key log of an issuer of age proofs'
complete -c rempart -n "__fish_rempart_needs_command" -f -a "hash" -d 'Take the fingerprints of pictures, here, without sending anything'
complete -c rempart -n "__fish_rempart_needs_command" -f -a "match" -d 'Ask a node or a matcher whether pictures are known'
complete -c rempart -n "__fish_rempart_needs_command" -f -a "bank" -d 'The bank of a node, directly on its database: add, import, export, list and withdraw entries'
complete -c rempart -n "__fish_rempart_needs_command" -f -a "partner" -d 'Partners of the exchange: their keys, and what each may see and contribute'
complete -c rempart -n "__fish_rempart_needs_command" -f -a "feed" -d 'A node\'s changes, one JSON object a line, as this key is shown them'
complete -c rempart -n "__fish_rempart_needs_command" -f -a "look" -d 'Look whether pages are still there: addresses in, a JSON object a line out'
complete -c rempart -n "__fish_rempart_needs_command" -f -a "follow" -d 'Other systems and nodes that this node, or a matcher, follows: what they list is protected here, what they take back goes'
complete -c rempart -n "__fish_rempart_needs_command" -f -a "migrate" -d 'Bring the database\'s schema to this version, creating it if it is not there'
complete -c rempart -n "__fish_rempart_needs_command" -f -a "backup" -d 'Write a whole node into one file, while it runs'
complete -c rempart -n "__fish_rempart_needs_command" -f -a "restore" -d 'Read a backup into an empty database, SQLite or PostgreSQL'
complete -c rempart -n "__fish_rempart_needs_command" -f -a "doctor" -d 'Check everything a node stands on, and say what to do'
complete -c rempart -n "__fish_rempart_needs_command" -f -a "bench" -d 'Measure what this machine does: hashing, searching, matching over HTTP, and which altered copies are recognised'
complete -c rempart -n "__fish_rempart_needs_command" -f -a "preview" -d 'Decodes one picture from standard input, for the node that started it'
complete -c rempart -n "__fish_rempart_needs_command" -f -a "openapi" -d 'Print the OpenAPI 3.1 document of a node\'s API'
complete -c rempart -n "__fish_rempart_needs_command" -f -a "roles" -d 'Print the table of who may do what on the desk'
complete -c rempart -n "__fish_rempart_needs_command" -f -a "completions" -d 'Print completions for a shell'
complete -c rempart -n "__fish_rempart_needs_command" -f -a "man" -d 'Print the manual page, of all of rempart or of one command'
complete -c rempart -n "__fish_rempart_needs_command" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c rempart -n "__fish_rempart_using_subcommand demo" -l data -d 'A folder for the demo alone; one that an earlier demo made is emptied first' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand demo" -l pictures -d 'Take the pictures in this folder instead of drawn ones' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand demo" -l count -d 'How many pictures to protect, at most' -r
complete -c rempart -n "__fish_rempart_using_subcommand demo" -l unrelated -d 'How many unrelated pictures to send' -r
complete -c rempart -n "__fish_rempart_using_subcommand demo" -l exit -d 'End after the walk'
complete -c rempart -n "__fish_rempart_using_subcommand demo" -l json -d 'Say nothing but the figures, as one line of JSON'
complete -c rempart -n "__fish_rempart_using_subcommand demo" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rempart -n "__fish_rempart_using_subcommand serve" -l data -d 'The node\'s folder: its settings (rempart.toml), its key and, unless it is elsewhere, its database' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand serve" -l config -d 'Read settings from this file instead of rempart.toml in the data folder' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand serve" -l database -d 'The database: postgres://user:password@host/name or sqlite:PATH [default: node.db in the data folder]' -r
complete -c rempart -n "__fish_rempart_using_subcommand serve" -l node-key-file -d 'The file that holds the node\'s key, which seals every fingerprint; REMPART_NODE_KEY, holding the key itself, goes before it [default: node.key in the data folder]' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand serve" -l listen -d 'Where partners reach the node [default: 127.0.0.1:8600]' -r
complete -c rempart -n "__fish_rempart_using_subcommand serve" -l operator-listen -d 'Where the operator\'s status page and the metrics are; they need no key, so keep them on a private address [default: 127.0.0.1 and the port after --listen\'s]' -r
complete -c rempart -n "__fish_rempart_using_subcommand serve" -l trusted-proxy -d 'A reverse proxy that is believed when it says in X-Forwarded-For who asked: an address or a network; may be given several times. Only floods of the portal are counted by it [default: one on this machine or in its private network]' -r
complete -c rempart -n "__fish_rempart_using_subcommand serve" -l smtp-url -d 'The mail server for neutral alerts to people who leave an address: smtps://host, or smtp://host with STARTTLS; user and password are settings. Put it in rempart.toml, so that `rempart doctor` tries it too' -r
complete -c rempart -n "__fish_rempart_using_subcommand serve" -l mail-from -d 'Whom alerts come from, an address; the name beside it is the site\'s' -r
complete -c rempart -n "__fish_rempart_using_subcommand serve" -l disk-encrypted -d 'The disk that the data folder is on is itself encrypted: keep the index between two runs as it is, so that a start maps it in an instant, instead of sealing it once more'
complete -c rempart -n "__fish_rempart_using_subcommand serve" -l json -d 'Say the addresses as one line of JSON on standard output'
complete -c rempart -n "__fish_rempart_using_subcommand serve" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rempart -n "__fish_rempart_using_subcommand setup" -l data -d 'The node\'s folder: its settings (rempart.toml), its key and, unless it is elsewhere, its database' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand setup" -l config -d 'Read settings from this file instead of rempart.toml in the data folder' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand setup" -l database -d 'The database: postgres://user:password@host/name or sqlite:PATH [default: node.db in the data folder]' -r
complete -c rempart -n "__fish_rempart_using_subcommand setup" -l node-key-file -d 'The file that holds the node\'s key, which seals every fingerprint; REMPART_NODE_KEY, holding the key itself, goes before it [default: node.key in the data folder]' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand setup" -l json -d 'Answer with one line of JSON'
complete -c rempart -n "__fish_rempart_using_subcommand setup" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rempart -n "__fish_rempart_using_subcommand staff; and not __fish_seen_subcommand_from invite list end help" -s h -l help -d 'Print help'
complete -c rempart -n "__fish_rempart_using_subcommand staff; and not __fish_seen_subcommand_from invite list end help" -f -a "invite" -d 'Invite somebody: prints a link, good once, behind which they choose a passphrase and a second factor'
complete -c rempart -n "__fish_rempart_using_subcommand staff; and not __fish_seen_subcommand_from invite list end help" -f -a "list" -d 'List who is here, was invited, or left'
complete -c rempart -n "__fish_rempart_using_subcommand staff; and not __fish_seen_subcommand_from invite list end help" -f -a "end" -d 'End somebody\'s access at once: sessions, key, and every case key that was sealed to them'
complete -c rempart -n "__fish_rempart_using_subcommand staff; and not __fish_seen_subcommand_from invite list end help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c rempart -n "__fish_rempart_using_subcommand staff; and __fish_seen_subcommand_from invite" -l role -d 'What they are to do' -r -f -a "analyst\t'Works through cases'
lead\t'Works through cases, decides where two disagree, invites, reads the log'
mediator\t'Mediates between people who know each other'
administrator\t'Sets the node up, and can open no case'
platform\t'Works at a platform, and sees what was sent to it'"
complete -c rempart -n "__fish_rempart_using_subcommand staff; and __fish_seen_subcommand_from invite" -l partner -d 'The partner that somebody of a platform works at' -r
complete -c rempart -n "__fish_rempart_using_subcommand staff; and __fish_seen_subcommand_from invite" -l data -d 'The node\'s folder: its settings (rempart.toml), its key and, unless it is elsewhere, its database' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand staff; and __fish_seen_subcommand_from invite" -l config -d 'Read settings from this file instead of rempart.toml in the data folder' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand staff; and __fish_seen_subcommand_from invite" -l database -d 'The database: postgres://user:password@host/name or sqlite:PATH [default: node.db in the data folder]' -r
complete -c rempart -n "__fish_rempart_using_subcommand staff; and __fish_seen_subcommand_from invite" -l node-key-file -d 'The file that holds the node\'s key, which seals every fingerprint; REMPART_NODE_KEY, holding the key itself, goes before it [default: node.key in the data folder]' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand staff; and __fish_seen_subcommand_from invite" -l json -d 'Answer with one line of JSON'
complete -c rempart -n "__fish_rempart_using_subcommand staff; and __fish_seen_subcommand_from invite" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rempart -n "__fish_rempart_using_subcommand staff; and __fish_seen_subcommand_from list" -l data -d 'The node\'s folder: its settings (rempart.toml), its key and, unless it is elsewhere, its database' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand staff; and __fish_seen_subcommand_from list" -l config -d 'Read settings from this file instead of rempart.toml in the data folder' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand staff; and __fish_seen_subcommand_from list" -l database -d 'The database: postgres://user:password@host/name or sqlite:PATH [default: node.db in the data folder]' -r
complete -c rempart -n "__fish_rempart_using_subcommand staff; and __fish_seen_subcommand_from list" -l node-key-file -d 'The file that holds the node\'s key, which seals every fingerprint; REMPART_NODE_KEY, holding the key itself, goes before it [default: node.key in the data folder]' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand staff; and __fish_seen_subcommand_from list" -l json -d 'A JSON object a line'
complete -c rempart -n "__fish_rempart_using_subcommand staff; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c rempart -n "__fish_rempart_using_subcommand staff; and __fish_seen_subcommand_from end" -l data -d 'The node\'s folder: its settings (rempart.toml), its key and, unless it is elsewhere, its database' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand staff; and __fish_seen_subcommand_from end" -l config -d 'Read settings from this file instead of rempart.toml in the data folder' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand staff; and __fish_seen_subcommand_from end" -l database -d 'The database: postgres://user:password@host/name or sqlite:PATH [default: node.db in the data folder]' -r
complete -c rempart -n "__fish_rempart_using_subcommand staff; and __fish_seen_subcommand_from end" -l node-key-file -d 'The file that holds the node\'s key, which seals every fingerprint; REMPART_NODE_KEY, holding the key itself, goes before it [default: node.key in the data folder]' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand staff; and __fish_seen_subcommand_from end" -s h -l help -d 'Print help'
complete -c rempart -n "__fish_rempart_using_subcommand staff; and __fish_seen_subcommand_from help" -f -a "invite" -d 'Invite somebody: prints a link, good once, behind which they choose a passphrase and a second factor'
complete -c rempart -n "__fish_rempart_using_subcommand staff; and __fish_seen_subcommand_from help" -f -a "list" -d 'List who is here, was invited, or left'
complete -c rempart -n "__fish_rempart_using_subcommand staff; and __fish_seen_subcommand_from help" -f -a "end" -d 'End somebody\'s access at once: sessions, key, and every case key that was sealed to them'
complete -c rempart -n "__fish_rempart_using_subcommand staff; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c rempart -n "__fish_rempart_using_subcommand case; and not __fish_seen_subcommand_from list show answer open-file tell forget-key help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rempart -n "__fish_rempart_using_subcommand case; and not __fish_seen_subcommand_from list show answer open-file tell forget-key help" -f -a "list" -d 'List open cases, the most urgent and oldest first; never what they hold'
complete -c rempart -n "__fish_rempart_using_subcommand case; and not __fish_seen_subcommand_from list show answer open-file tell forget-key help" -f -a "show" -d 'Read a case: what happened, pictures, links, messages'
complete -c rempart -n "__fish_rempart_using_subcommand case; and not __fish_seen_subcommand_from list show answer open-file tell forget-key help" -f -a "answer" -d 'Write to the person whose case it is'
complete -c rempart -n "__fish_rempart_using_subcommand case; and not __fish_seen_subcommand_from list show answer open-file tell forget-key help" -f -a "open-file" -d 'Open a file that a person sent sealed, and write it to standard output: into a viewer, never onto the disk'
complete -c rempart -n "__fish_rempart_using_subcommand case; and not __fish_seen_subcommand_from list show answer open-file tell forget-key help" -f -a "tell" -d 'Look through the open cases and put a neutral mail where a platform did something since the last one; `rempart serve` does it by itself every hour where hotline.key is'
complete -c rempart -n "__fish_rempart_using_subcommand case; and not __fish_seen_subcommand_from list show answer open-file tell forget-key help" -f -a "forget-key" -d 'Remove the hotline\'s key from this machine; first shows that the sheet is at hand'
complete -c rempart -n "__fish_rempart_using_subcommand case; and not __fish_seen_subcommand_from list show answer open-file tell forget-key help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c rempart -n "__fish_rempart_using_subcommand case; and __fish_seen_subcommand_from list" -l data -d 'The node\'s folder: its settings (rempart.toml), its key and, unless it is elsewhere, its database' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand case; and __fish_seen_subcommand_from list" -l config -d 'Read settings from this file instead of rempart.toml in the data folder' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand case; and __fish_seen_subcommand_from list" -l database -d 'The database: postgres://user:password@host/name or sqlite:PATH [default: node.db in the data folder]' -r
complete -c rempart -n "__fish_rempart_using_subcommand case; and __fish_seen_subcommand_from list" -l node-key-file -d 'The file that holds the node\'s key, which seals every fingerprint; REMPART_NODE_KEY, holding the key itself, goes before it [default: node.key in the data folder]' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand case; and __fish_seen_subcommand_from list" -l json -d 'A JSON object a line'
complete -c rempart -n "__fish_rempart_using_subcommand case; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c rempart -n "__fish_rempart_using_subcommand case; and __fish_seen_subcommand_from show" -l key -d 'A file with the hotline\'s 24 words [default: hotline.key in the data folder, else standard input]' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand case; and __fish_seen_subcommand_from show" -l data -d 'The node\'s folder: its settings (rempart.toml), its key and, unless it is elsewhere, its database' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand case; and __fish_seen_subcommand_from show" -l config -d 'Read settings from this file instead of rempart.toml in the data folder' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand case; and __fish_seen_subcommand_from show" -l database -d 'The database: postgres://user:password@host/name or sqlite:PATH [default: node.db in the data folder]' -r
complete -c rempart -n "__fish_rempart_using_subcommand case; and __fish_seen_subcommand_from show" -l node-key-file -d 'The file that holds the node\'s key, which seals every fingerprint; REMPART_NODE_KEY, holding the key itself, goes before it [default: node.key in the data folder]' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand case; and __fish_seen_subcommand_from show" -l json -d 'Answer with one line of JSON'
complete -c rempart -n "__fish_rempart_using_subcommand case; and __fish_seen_subcommand_from show" -s h -l help -d 'Print help'
complete -c rempart -n "__fish_rempart_using_subcommand case; and __fish_seen_subcommand_from answer" -l key -d 'A file with the hotline\'s 24 words [default: hotline.key in the data folder, else standard input]' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand case; and __fish_seen_subcommand_from answer" -l text -d 'What to write; from standard input unless given' -r
complete -c rempart -n "__fish_rempart_using_subcommand case; and __fish_seen_subcommand_from answer" -l data -d 'The node\'s folder: its settings (rempart.toml), its key and, unless it is elsewhere, its database' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand case; and __fish_seen_subcommand_from answer" -l config -d 'Read settings from this file instead of rempart.toml in the data folder' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand case; and __fish_seen_subcommand_from answer" -l database -d 'The database: postgres://user:password@host/name or sqlite:PATH [default: node.db in the data folder]' -r
complete -c rempart -n "__fish_rempart_using_subcommand case; and __fish_seen_subcommand_from answer" -l node-key-file -d 'The file that holds the node\'s key, which seals every fingerprint; REMPART_NODE_KEY, holding the key itself, goes before it [default: node.key in the data folder]' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand case; and __fish_seen_subcommand_from answer" -l json -d 'Answer with one line of JSON'
complete -c rempart -n "__fish_rempart_using_subcommand case; and __fish_seen_subcommand_from answer" -s h -l help -d 'Print help'
complete -c rempart -n "__fish_rempart_using_subcommand case; and __fish_seen_subcommand_from open-file" -l key -d 'A file with the hotline\'s 24 words [default: hotline.key in the data folder, else standard input]' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand case; and __fish_seen_subcommand_from open-file" -l data -d 'The node\'s folder: its settings (rempart.toml), its key and, unless it is elsewhere, its database' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand case; and __fish_seen_subcommand_from open-file" -l config -d 'Read settings from this file instead of rempart.toml in the data folder' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand case; and __fish_seen_subcommand_from open-file" -l database -d 'The database: postgres://user:password@host/name or sqlite:PATH [default: node.db in the data folder]' -r
complete -c rempart -n "__fish_rempart_using_subcommand case; and __fish_seen_subcommand_from open-file" -l node-key-file -d 'The file that holds the node\'s key, which seals every fingerprint; REMPART_NODE_KEY, holding the key itself, goes before it [default: node.key in the data folder]' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand case; and __fish_seen_subcommand_from open-file" -s h -l help -d 'Print help'
complete -c rempart -n "__fish_rempart_using_subcommand case; and __fish_seen_subcommand_from tell" -l key -d 'A file with the hotline\'s 24 words [default: hotline.key in the data folder, else standard input]' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand case; and __fish_seen_subcommand_from tell" -l data -d 'The node\'s folder: its settings (rempart.toml), its key and, unless it is elsewhere, its database' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand case; and __fish_seen_subcommand_from tell" -l config -d 'Read settings from this file instead of rempart.toml in the data folder' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand case; and __fish_seen_subcommand_from tell" -l database -d 'The database: postgres://user:password@host/name or sqlite:PATH [default: node.db in the data folder]' -r
complete -c rempart -n "__fish_rempart_using_subcommand case; and __fish_seen_subcommand_from tell" -l node-key-file -d 'The file that holds the node\'s key, which seals every fingerprint; REMPART_NODE_KEY, holding the key itself, goes before it [default: node.key in the data folder]' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand case; and __fish_seen_subcommand_from tell" -l json -d 'Answer with one line of JSON'
complete -c rempart -n "__fish_rempart_using_subcommand case; and __fish_seen_subcommand_from tell" -s h -l help -d 'Print help'
complete -c rempart -n "__fish_rempart_using_subcommand case; and __fish_seen_subcommand_from forget-key" -l key -d 'The file with the 24 words as they were written down; from standard input unless given' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand case; and __fish_seen_subcommand_from forget-key" -l data -d 'The node\'s folder: its settings (rempart.toml), its key and, unless it is elsewhere, its database' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand case; and __fish_seen_subcommand_from forget-key" -l config -d 'Read settings from this file instead of rempart.toml in the data folder' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand case; and __fish_seen_subcommand_from forget-key" -l database -d 'The database: postgres://user:password@host/name or sqlite:PATH [default: node.db in the data folder]' -r
complete -c rempart -n "__fish_rempart_using_subcommand case; and __fish_seen_subcommand_from forget-key" -l node-key-file -d 'The file that holds the node\'s key, which seals every fingerprint; REMPART_NODE_KEY, holding the key itself, goes before it [default: node.key in the data folder]' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand case; and __fish_seen_subcommand_from forget-key" -l json -d 'Answer with one line of JSON'
complete -c rempart -n "__fish_rempart_using_subcommand case; and __fish_seen_subcommand_from forget-key" -s h -l help -d 'Print help'
complete -c rempart -n "__fish_rempart_using_subcommand case; and __fish_seen_subcommand_from help" -f -a "list" -d 'List open cases, the most urgent and oldest first; never what they hold'
complete -c rempart -n "__fish_rempart_using_subcommand case; and __fish_seen_subcommand_from help" -f -a "show" -d 'Read a case: what happened, pictures, links, messages'
complete -c rempart -n "__fish_rempart_using_subcommand case; and __fish_seen_subcommand_from help" -f -a "answer" -d 'Write to the person whose case it is'
complete -c rempart -n "__fish_rempart_using_subcommand case; and __fish_seen_subcommand_from help" -f -a "open-file" -d 'Open a file that a person sent sealed, and write it to standard output: into a viewer, never onto the disk'
complete -c rempart -n "__fish_rempart_using_subcommand case; and __fish_seen_subcommand_from help" -f -a "tell" -d 'Look through the open cases and put a neutral mail where a platform did something since the last one; `rempart serve` does it by itself every hour where hotline.key is'
complete -c rempart -n "__fish_rempart_using_subcommand case; and __fish_seen_subcommand_from help" -f -a "forget-key" -d 'Remove the hotline\'s key from this machine; first shows that the sheet is at hand'
complete -c rempart -n "__fish_rempart_using_subcommand case; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c rempart -n "__fish_rempart_using_subcommand matcher" -l from -d 'A node\'s address, such as https://node.example; give a --key for each, in the same order' -r
complete -c rempart -n "__fish_rempart_using_subcommand matcher" -l key -d 'The file that holds the partner key for the node, with the scopes follow and outcome' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand matcher" -l data -d 'The matcher\'s folder: its settings (rempart.toml), its key and its file' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand matcher" -l config -d 'Read settings from this file instead of rempart.toml in the data folder' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand matcher" -l listen -d 'Where the platform\'s services reach the matcher [default: 127.0.0.1:8700]' -r
complete -c rempart -n "__fish_rempart_using_subcommand matcher" -l operator-listen -d 'Where the metrics are; they need no token, so keep them on a private address [default: 127.0.0.1 and the port after --listen\'s]' -r
complete -c rempart -n "__fish_rempart_using_subcommand matcher" -l access-token-file -d 'The file that holds the token that clients must send; needed on any address but a loopback one' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand matcher" -l node-key-file -d 'The file that holds the matcher\'s own key, which seals its file; REMPART_NODE_KEY, holding the key itself, goes before it [default: matcher.key in the data folder]' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand matcher" -l views -d 'How many views of each entry to search, 0 to 64 [default: 64]; fewer take less memory and miss more crops' -r
complete -c rempart -n "__fish_rempart_using_subcommand matcher" -l hma-fetch-host -d 'A host, with its port if it is not the usual one, from which a URL given over HMA\'s API may be fetched' -r
complete -c rempart -n "__fish_rempart_using_subcommand matcher" -l hma-exchange-host -d 'A host, with its port if it is not the usual one, where an exchange made over HMA\'s API may be although its system is elsewhere: a node, or a system under test. Credentials are sent there' -r
complete -c rempart -n "__fish_rempart_using_subcommand matcher" -l disk-encrypted -d 'The disk that the matcher\'s folder is on is itself encrypted: keep the index between two runs as it is, so that a start maps it in an instant, instead of sealing it once more'
complete -c rempart -n "__fish_rempart_using_subcommand matcher" -l hma-open -d 'Speak HMA\'s API (/h, /m, /c) without the access token; on a loopback address only'
complete -c rempart -n "__fish_rempart_using_subcommand matcher" -l json -d 'Say the addresses as one line of JSON on standard output'
complete -c rempart -n "__fish_rempart_using_subcommand matcher" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rempart -n "__fish_rempart_using_subcommand age; and not __fish_seen_subcommand_from issuer attester verifier wallet codes revoke audit help" -s h -l help -d 'Print help'
complete -c rempart -n "__fish_rempart_using_subcommand age; and not __fish_seen_subcommand_from issuer attester verifier wallet codes revoke audit help" -f -a "issuer" -d 'Run an issuer: signs proofs of age without seeing them, for whoever has a voucher'
complete -c rempart -n "__fish_rempart_using_subcommand age; and not __fish_seen_subcommand_from issuer attester verifier wallet codes revoke audit help" -f -a "attester" -d 'Run an attester: somebody shows their age in a way they choose, and gets a voucher that names nobody'
complete -c rempart -n "__fish_rempart_using_subcommand age; and not __fish_seen_subcommand_from issuer attester verifier wallet codes revoke audit help" -f -a "verifier" -d 'Run a site\'s verifier: lets in who proves the age asked for, and learns nothing else'
complete -c rempart -n "__fish_rempart_using_subcommand age; and not __fish_seen_subcommand_from issuer attester verifier wallet codes revoke audit help" -f -a "wallet" -d 'Serve the wallet page: it keeps a person\'s proofs in their browser, and answers sites that ask for an age'
complete -c rempart -n "__fish_rempart_using_subcommand age; and not __fish_seen_subcommand_from issuer attester verifier wallet codes revoke audit help" -f -a "codes" -d 'Draw codes that an institution hands out to people it has seen; each works once'
complete -c rempart -n "__fish_rempart_using_subcommand age; and not __fish_seen_subcommand_from issuer attester verifier wallet codes revoke audit help" -f -a "revoke" -d 'Take an issuer\'s key back, when its secret may be known to somebody, and make another for the same week'
complete -c rempart -n "__fish_rempart_using_subcommand age; and not __fish_seen_subcommand_from issuer attester verifier wallet codes revoke audit help" -f -a "audit" -d 'Write down, for an auditor, what holds each requirement on age checks and which test or setting shows it'
complete -c rempart -n "__fish_rempart_using_subcommand age; and not __fish_seen_subcommand_from issuer attester verifier wallet codes revoke audit help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from issuer" -l data -d 'The issuer\'s folder' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from issuer" -l name -d 'What the issuer calls itself: the host it is reached under' -r
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from issuer" -l listen -d 'Where it listens [default: 127.0.0.1:8610]' -r
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from issuer" -l attester -d 'The key of an attester whose vouchers are taken, as `rempart age attester` prints it; may be repeated' -r
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from issuer" -l age -d 'The ages that proofs are for [default: 13, 15, 16, 18]' -r
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from issuer" -l quota -d 'Proofs that one voucher gets for one age in one week' -r
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from issuer" -l json -d 'Say the address and the log\'s key as one line of JSON on standard output'
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from issuer" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from attester" -l data -d 'The attester\'s folder' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from attester" -l base -d 'How it is reached from outside: https://age.example' -r
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from attester" -l wallet -d 'The wallet page that takes vouchers' -r
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from attester" -l contact -d 'Where somebody who is refused can turn: an address of the web, or mailto:' -r
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from attester" -l listen -d 'Where it listens [default: 127.0.0.1:8620]' -r
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from attester" -l json -d 'Say the address and the key as one line of JSON on standard output'
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from attester" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from verifier" -l data -d 'The verifier\'s folder' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from verifier" -l origin -d 'The site, as browsers write it: https://site.example' -r
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from verifier" -l age -d 'The age that is asked for: 13, 15, 16 or 18' -r
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from verifier" -l issuer -d 'The issuer\'s name' -r
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from verifier" -l log -d 'Where the issuer\'s log is, or a mirror of it [default: https:// and the issuer\'s name]' -r
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from verifier" -l log-key -d 'The key of the issuer\'s log, as `rempart age issuer` prints it' -r
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from verifier" -l wallet -d 'The wallet page that visitors are sent to' -r
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from verifier" -l contact -d 'Where somebody who is refused can turn: an address of the web, or mailto:' -r
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from verifier" -l listen -d 'Where it listens [default: 127.0.0.1:8630]' -r
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from verifier" -l database -d 'postgres://user:password@host/name, where several processes serve one site [default: SQLite in the folder]' -r
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from verifier" -l json -d 'Say the address as one line of JSON on standard output'
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from verifier" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from wallet" -l data -d 'The wallet\'s folder' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from wallet" -l issuer -d 'The issuer\'s name' -r
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from wallet" -l issuer-url -d 'Where the issuer is, as browsers write it [default: https:// and the issuer\'s name]' -r
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from wallet" -l log-key -d 'The key of the issuer\'s log, as `rempart age issuer` prints it' -r
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from wallet" -l attester -d 'Where an age can be shown, as browsers write it; may be repeated' -r
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from wallet" -l contact -d 'Where somebody can turn: an address of the web, or mailto:' -r
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from wallet" -l pace-seconds -d 'Seconds that a batch of proofs waits before it is fetched, on average [default: 20]' -r
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from wallet" -l listen -d 'Where it listens [default: 127.0.0.1:8640]' -r
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from wallet" -l json -d 'Say the address as one line of JSON on standard output'
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from wallet" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from codes" -l data -d 'The attester\'s folder' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from codes" -l age -d 'The age of whoever gets one, at least' -r
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from codes" -l count -d 'How many' -r
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from codes" -l days -d 'For how many days they are good' -r
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from codes" -s h -l help -d 'Print help'
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from revoke" -l data -d 'The issuer\'s folder' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from revoke" -l name -d 'The issuer\'s name' -r
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from revoke" -l age -d 'The age that the key is for' -r
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from revoke" -l week -d 'The week that the key is for, as the log counts them' -r
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from revoke" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from audit" -l out -d 'Where to write' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from audit" -l log -d 'Where the issuer is; needs --issuer and --log-key' -r
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from audit" -l issuer -d 'The issuer\'s name' -r
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from audit" -l log-key -d 'The key of the issuer\'s log' -r
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from audit" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from help" -f -a "issuer" -d 'Run an issuer: signs proofs of age without seeing them, for whoever has a voucher'
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from help" -f -a "attester" -d 'Run an attester: somebody shows their age in a way they choose, and gets a voucher that names nobody'
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from help" -f -a "verifier" -d 'Run a site\'s verifier: lets in who proves the age asked for, and learns nothing else'
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from help" -f -a "wallet" -d 'Serve the wallet page: it keeps a person\'s proofs in their browser, and answers sites that ask for an age'
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from help" -f -a "codes" -d 'Draw codes that an institution hands out to people it has seen; each works once'
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from help" -f -a "revoke" -d 'Take an issuer\'s key back, when its secret may be known to somebody, and make another for the same week'
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from help" -f -a "audit" -d 'Write down, for an auditor, what holds each requirement on age checks and which test or setting shows it'
complete -c rempart -n "__fish_rempart_using_subcommand age; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c rempart -n "__fish_rempart_using_subcommand log; and not __fish_seen_subcommand_from audit monitor help" -s h -l help -d 'Print help'
complete -c rempart -n "__fish_rempart_using_subcommand log; and not __fish_seen_subcommand_from audit monitor help" -f -a "audit" -d 'The log of who did what to which case'
complete -c rempart -n "__fish_rempart_using_subcommand log; and not __fish_seen_subcommand_from audit monitor help" -f -a "monitor" -d 'Follow a key log and tell when it was rewritten, when a key that is offered is not in it, or when there are two keys for one age and week'
complete -c rempart -n "__fish_rempart_using_subcommand log; and not __fish_seen_subcommand_from audit monitor help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c rempart -n "__fish_rempart_using_subcommand log; and __fish_seen_subcommand_from audit" -s h -l help -d 'Print help'
complete -c rempart -n "__fish_rempart_using_subcommand log; and __fish_seen_subcommand_from audit" -f -a "verify" -d 'Walk the log and say whether every row is the one that was written, and where not'
complete -c rempart -n "__fish_rempart_using_subcommand log; and __fish_seen_subcommand_from audit" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c rempart -n "__fish_rempart_using_subcommand log; and __fish_seen_subcommand_from monitor" -l issuer -d 'The issuer\'s name' -r
complete -c rempart -n "__fish_rempart_using_subcommand log; and __fish_seen_subcommand_from monitor" -l log-key -d 'The key of the issuer\'s log, as `rempart age issuer` prints it' -r
complete -c rempart -n "__fish_rempart_using_subcommand log; and __fish_seen_subcommand_from monitor" -l data -d 'Where what was seen is kept' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand log; and __fish_seen_subcommand_from monitor" -l name -d 'What this mirror calls itself below the checkpoint' -r
complete -c rempart -n "__fish_rempart_using_subcommand log; and __fish_seen_subcommand_from monitor" -l every -d 'Look again every so many seconds; without it, once' -r
complete -c rempart -n "__fish_rempart_using_subcommand log; and __fish_seen_subcommand_from monitor" -l listen -d 'Serve the copy here too; needs --every' -r
complete -c rempart -n "__fish_rempart_using_subcommand log; and __fish_seen_subcommand_from monitor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rempart -n "__fish_rempart_using_subcommand log; and __fish_seen_subcommand_from help" -f -a "audit" -d 'The log of who did what to which case'
complete -c rempart -n "__fish_rempart_using_subcommand log; and __fish_seen_subcommand_from help" -f -a "monitor" -d 'Follow a key log and tell when it was rewritten, when a key that is offered is not in it, or when there are two keys for one age and week'
complete -c rempart -n "__fish_rempart_using_subcommand log; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c rempart -n "__fish_rempart_using_subcommand hash" -l json -d 'A JSON object a line'
complete -c rempart -n "__fish_rempart_using_subcommand hash" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rempart -n "__fish_rempart_using_subcommand match" -l to -d 'The node\'s or the matcher\'s address, such as http://127.0.0.1:8700' -r
complete -c rempart -n "__fish_rempart_using_subcommand match" -l key -d 'The file that holds the partner key, or a matcher\'s access token' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand match" -l radius -d 'How many of the 256 bits may differ, 0 to 60; beyond 31 the advice is always review' -r
complete -c rempart -n "__fish_rempart_using_subcommand match" -l json -d 'A JSON object a line'
complete -c rempart -n "__fish_rempart_using_subcommand match" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rempart -n "__fish_rempart_using_subcommand bank; and not __fish_seen_subcommand_from add import export list withdraw uphold help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rempart -n "__fish_rempart_using_subcommand bank; and not __fish_seen_subcommand_from add import export list withdraw uphold help" -f -a "add" -d 'Put pictures under protection: hash them here and keep their fingerprints'
complete -c rempart -n "__fish_rempart_using_subcommand bank; and not __fish_seen_subcommand_from add import export list withdraw uphold help" -f -a "import" -d 'Put the entries of a file under protection, NDJSON or CSV'
complete -c rempart -n "__fish_rempart_using_subcommand bank; and not __fish_seen_subcommand_from add import export list withdraw uphold help" -f -a "export" -d 'Write the standing entries with their fingerprints, opened, as NDJSON or CSV'
complete -c rempart -n "__fish_rempart_using_subcommand bank; and not __fish_seen_subcommand_from add import export list withdraw uphold help" -f -a "list" -d 'List the standing entries, without their fingerprints'
complete -c rempart -n "__fish_rempart_using_subcommand bank; and not __fish_seen_subcommand_from add import export list withdraw uphold help" -f -a "withdraw" -d 'Take entries back: their fingerprints are deleted here, and every partner is told to forget them'
complete -c rempart -n "__fish_rempart_using_subcommand bank; and not __fish_seen_subcommand_from add import export list withdraw uphold help" -f -a "uphold" -d 'End disputes: the entries stand again, and may be blocked again'
complete -c rempart -n "__fish_rempart_using_subcommand bank; and not __fish_seen_subcommand_from add import export list withdraw uphold help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c rempart -n "__fish_rempart_using_subcommand bank; and __fish_seen_subcommand_from add" -l class -d 'Whether a person under 18 is in it (minor) or only adults are (adult)' -r
complete -c rempart -n "__fish_rempart_using_subcommand bank; and __fish_seen_subcommand_from add" -l tier -d 'How many analysts have looked: reported (nobody), verified (one), confirmed (two)' -r
complete -c rempart -n "__fish_rempart_using_subcommand bank; and __fish_seen_subcommand_from add" -l data -d 'The node\'s folder: its settings (rempart.toml), its key and, unless it is elsewhere, its database' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand bank; and __fish_seen_subcommand_from add" -l config -d 'Read settings from this file instead of rempart.toml in the data folder' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand bank; and __fish_seen_subcommand_from add" -l database -d 'The database: postgres://user:password@host/name or sqlite:PATH [default: node.db in the data folder]' -r
complete -c rempart -n "__fish_rempart_using_subcommand bank; and __fish_seen_subcommand_from add" -l node-key-file -d 'The file that holds the node\'s key, which seals every fingerprint; REMPART_NODE_KEY, holding the key itself, goes before it [default: node.key in the data folder]' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand bank; and __fish_seen_subcommand_from add" -l json -d 'A JSON object a line'
complete -c rempart -n "__fish_rempart_using_subcommand bank; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rempart -n "__fish_rempart_using_subcommand bank; and __fish_seen_subcommand_from import" -l form -d 'The file\'s form [default: csv if its name ends in .csv, otherwise ndjson]' -r -f -a "ndjson\t'A JSON object a line'
csv\t'Comma-separated, with a header'"
complete -c rempart -n "__fish_rempart_using_subcommand bank; and __fish_seen_subcommand_from import" -l class -d 'The class of lines that name none: minor or adult' -r
complete -c rempart -n "__fish_rempart_using_subcommand bank; and __fish_seen_subcommand_from import" -l tier -d 'The tier of lines that name none' -r
complete -c rempart -n "__fish_rempart_using_subcommand bank; and __fish_seen_subcommand_from import" -l data -d 'The node\'s folder: its settings (rempart.toml), its key and, unless it is elsewhere, its database' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand bank; and __fish_seen_subcommand_from import" -l config -d 'Read settings from this file instead of rempart.toml in the data folder' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand bank; and __fish_seen_subcommand_from import" -l database -d 'The database: postgres://user:password@host/name or sqlite:PATH [default: node.db in the data folder]' -r
complete -c rempart -n "__fish_rempart_using_subcommand bank; and __fish_seen_subcommand_from import" -l node-key-file -d 'The file that holds the node\'s key, which seals every fingerprint; REMPART_NODE_KEY, holding the key itself, goes before it [default: node.key in the data folder]' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand bank; and __fish_seen_subcommand_from import" -l skip-bad -d 'Import the good lines; bad ones are named on standard error, and the exit code is 1'
complete -c rempart -n "__fish_rempart_using_subcommand bank; and __fish_seen_subcommand_from import" -l json -d 'Answer with one line of JSON'
complete -c rempart -n "__fish_rempart_using_subcommand bank; and __fish_seen_subcommand_from import" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rempart -n "__fish_rempart_using_subcommand bank; and __fish_seen_subcommand_from export" -l form -d 'The file\'s form [default: csv if its name ends in .csv, otherwise ndjson]' -r -f -a "ndjson\t'A JSON object a line'
csv\t'Comma-separated, with a header'"
complete -c rempart -n "__fish_rempart_using_subcommand bank; and __fish_seen_subcommand_from export" -l data -d 'The node\'s folder: its settings (rempart.toml), its key and, unless it is elsewhere, its database' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand bank; and __fish_seen_subcommand_from export" -l config -d 'Read settings from this file instead of rempart.toml in the data folder' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand bank; and __fish_seen_subcommand_from export" -l database -d 'The database: postgres://user:password@host/name or sqlite:PATH [default: node.db in the data folder]' -r
complete -c rempart -n "__fish_rempart_using_subcommand bank; and __fish_seen_subcommand_from export" -l node-key-file -d 'The file that holds the node\'s key, which seals every fingerprint; REMPART_NODE_KEY, holding the key itself, goes before it [default: node.key in the data folder]' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand bank; and __fish_seen_subcommand_from export" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rempart -n "__fish_rempart_using_subcommand bank; and __fish_seen_subcommand_from list" -l data -d 'The node\'s folder: its settings (rempart.toml), its key and, unless it is elsewhere, its database' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand bank; and __fish_seen_subcommand_from list" -l config -d 'Read settings from this file instead of rempart.toml in the data folder' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand bank; and __fish_seen_subcommand_from list" -l database -d 'The database: postgres://user:password@host/name or sqlite:PATH [default: node.db in the data folder]' -r
complete -c rempart -n "__fish_rempart_using_subcommand bank; and __fish_seen_subcommand_from list" -l node-key-file -d 'The file that holds the node\'s key, which seals every fingerprint; REMPART_NODE_KEY, holding the key itself, goes before it [default: node.key in the data folder]' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand bank; and __fish_seen_subcommand_from list" -l json -d 'A JSON object a line'
complete -c rempart -n "__fish_rempart_using_subcommand bank; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c rempart -n "__fish_rempart_using_subcommand bank; and __fish_seen_subcommand_from withdraw" -l reason -d 'Why: person_asked, mistaken, expired, legal or duplicate' -r
complete -c rempart -n "__fish_rempart_using_subcommand bank; and __fish_seen_subcommand_from withdraw" -l data -d 'The node\'s folder: its settings (rempart.toml), its key and, unless it is elsewhere, its database' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand bank; and __fish_seen_subcommand_from withdraw" -l config -d 'Read settings from this file instead of rempart.toml in the data folder' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand bank; and __fish_seen_subcommand_from withdraw" -l database -d 'The database: postgres://user:password@host/name or sqlite:PATH [default: node.db in the data folder]' -r
complete -c rempart -n "__fish_rempart_using_subcommand bank; and __fish_seen_subcommand_from withdraw" -l node-key-file -d 'The file that holds the node\'s key, which seals every fingerprint; REMPART_NODE_KEY, holding the key itself, goes before it [default: node.key in the data folder]' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand bank; and __fish_seen_subcommand_from withdraw" -l json -d 'A JSON object a line'
complete -c rempart -n "__fish_rempart_using_subcommand bank; and __fish_seen_subcommand_from withdraw" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rempart -n "__fish_rempart_using_subcommand bank; and __fish_seen_subcommand_from uphold" -l data -d 'The node\'s folder: its settings (rempart.toml), its key and, unless it is elsewhere, its database' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand bank; and __fish_seen_subcommand_from uphold" -l config -d 'Read settings from this file instead of rempart.toml in the data folder' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand bank; and __fish_seen_subcommand_from uphold" -l database -d 'The database: postgres://user:password@host/name or sqlite:PATH [default: node.db in the data folder]' -r
complete -c rempart -n "__fish_rempart_using_subcommand bank; and __fish_seen_subcommand_from uphold" -l node-key-file -d 'The file that holds the node\'s key, which seals every fingerprint; REMPART_NODE_KEY, holding the key itself, goes before it [default: node.key in the data folder]' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand bank; and __fish_seen_subcommand_from uphold" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rempart -n "__fish_rempart_using_subcommand bank; and __fish_seen_subcommand_from help" -f -a "add" -d 'Put pictures under protection: hash them here and keep their fingerprints'
complete -c rempart -n "__fish_rempart_using_subcommand bank; and __fish_seen_subcommand_from help" -f -a "import" -d 'Put the entries of a file under protection, NDJSON or CSV'
complete -c rempart -n "__fish_rempart_using_subcommand bank; and __fish_seen_subcommand_from help" -f -a "export" -d 'Write the standing entries with their fingerprints, opened, as NDJSON or CSV'
complete -c rempart -n "__fish_rempart_using_subcommand bank; and __fish_seen_subcommand_from help" -f -a "list" -d 'List the standing entries, without their fingerprints'
complete -c rempart -n "__fish_rempart_using_subcommand bank; and __fish_seen_subcommand_from help" -f -a "withdraw" -d 'Take entries back: their fingerprints are deleted here, and every partner is told to forget them'
complete -c rempart -n "__fish_rempart_using_subcommand bank; and __fish_seen_subcommand_from help" -f -a "uphold" -d 'End disputes: the entries stand again, and may be blocked again'
complete -c rempart -n "__fish_rempart_using_subcommand bank; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c rempart -n "__fish_rempart_using_subcommand partner; and not __fish_seen_subcommand_from add key agree list settings revoke help" -s h -l help -d 'Print help'
complete -c rempart -n "__fish_rempart_using_subcommand partner; and not __fish_seen_subcommand_from add key agree list settings revoke help" -f -a "add" -d 'Add a partner with a first key, which is shown this once'
complete -c rempart -n "__fish_rempart_using_subcommand partner; and not __fish_seen_subcommand_from add key agree list settings revoke help" -f -a "key" -d 'Add a key to a partner, shown this once: one for each of its matchers'
complete -c rempart -n "__fish_rempart_using_subcommand partner; and not __fish_seen_subcommand_from add key agree list settings revoke help" -f -a "agree" -d 'Replace what was agreed with a partner; its matchers load the bank anew'
complete -c rempart -n "__fish_rempart_using_subcommand partner; and not __fish_seen_subcommand_from add key agree list settings revoke help" -f -a "list" -d 'List partners, their keys, and how far each key\'s matcher has got'
complete -c rempart -n "__fish_rempart_using_subcommand partner; and not __fish_seen_subcommand_from add key agree list settings revoke help" -f -a "settings" -d 'Show what a partner pastes into its clients of StopNCII, NCMEC, ThreatExchange and others to read this node'
complete -c rempart -n "__fish_rempart_using_subcommand partner; and not __fish_seen_subcommand_from add key agree list settings revoke help" -f -a "revoke" -d 'Revoke a partner with all its keys, or one key; takes effect at once'
complete -c rempart -n "__fish_rempart_using_subcommand partner; and not __fish_seen_subcommand_from add key agree list settings revoke help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c rempart -n "__fish_rempart_using_subcommand partner; and __fish_seen_subcommand_from add" -l sees -d 'What it is shown: by class (minor, adult) the lowest tier (reported, verified, confirmed); or none' -r
complete -c rempart -n "__fish_rempart_using_subcommand partner; and __fish_seen_subcommand_from add" -l contributes -d 'What it may contribute: by class the highest tier it may give; or none' -r
complete -c rempart -n "__fish_rempart_using_subcommand partner; and __fish_seen_subcommand_from add" -l scopes -d 'What the key may be used for: some of contribute, follow, match, outcome' -r
complete -c rempart -n "__fish_rempart_using_subcommand partner; and __fish_seen_subcommand_from add" -l expires -d 'When the key ends, such as 2027-06-30T00:00:00Z [default: when it is revoked]' -r
complete -c rempart -n "__fish_rempart_using_subcommand partner; and __fish_seen_subcommand_from add" -l key-file -d 'Write the key to this new file, for its owner alone, instead of showing it' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand partner; and __fish_seen_subcommand_from add" -l data -d 'The node\'s folder: its settings (rempart.toml), its key and, unless it is elsewhere, its database' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand partner; and __fish_seen_subcommand_from add" -l config -d 'Read settings from this file instead of rempart.toml in the data folder' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand partner; and __fish_seen_subcommand_from add" -l database -d 'The database: postgres://user:password@host/name or sqlite:PATH [default: node.db in the data folder]' -r
complete -c rempart -n "__fish_rempart_using_subcommand partner; and __fish_seen_subcommand_from add" -l node-key-file -d 'The file that holds the node\'s key, which seals every fingerprint; REMPART_NODE_KEY, holding the key itself, goes before it [default: node.key in the data folder]' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand partner; and __fish_seen_subcommand_from add" -l json -d 'Answer with one line of JSON'
complete -c rempart -n "__fish_rempart_using_subcommand partner; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help'
complete -c rempart -n "__fish_rempart_using_subcommand partner; and __fish_seen_subcommand_from key" -l scopes -d 'What the key may be used for: some of contribute, follow, match, outcome' -r
complete -c rempart -n "__fish_rempart_using_subcommand partner; and __fish_seen_subcommand_from key" -l expires -d 'When the key ends, such as 2027-06-30T00:00:00Z [default: when it is revoked]' -r
complete -c rempart -n "__fish_rempart_using_subcommand partner; and __fish_seen_subcommand_from key" -l key-file -d 'Write the key to this new file, for its owner alone, instead of showing it' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand partner; and __fish_seen_subcommand_from key" -l data -d 'The node\'s folder: its settings (rempart.toml), its key and, unless it is elsewhere, its database' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand partner; and __fish_seen_subcommand_from key" -l config -d 'Read settings from this file instead of rempart.toml in the data folder' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand partner; and __fish_seen_subcommand_from key" -l database -d 'The database: postgres://user:password@host/name or sqlite:PATH [default: node.db in the data folder]' -r
complete -c rempart -n "__fish_rempart_using_subcommand partner; and __fish_seen_subcommand_from key" -l node-key-file -d 'The file that holds the node\'s key, which seals every fingerprint; REMPART_NODE_KEY, holding the key itself, goes before it [default: node.key in the data folder]' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand partner; and __fish_seen_subcommand_from key" -l json -d 'Answer with one line of JSON'
complete -c rempart -n "__fish_rempart_using_subcommand partner; and __fish_seen_subcommand_from key" -s h -l help -d 'Print help'
complete -c rempart -n "__fish_rempart_using_subcommand partner; and __fish_seen_subcommand_from agree" -l sees -d 'What it is shown from now on [default: as before]' -r
complete -c rempart -n "__fish_rempart_using_subcommand partner; and __fish_seen_subcommand_from agree" -l contributes -d 'What it may contribute from now on [default: as before]' -r
complete -c rempart -n "__fish_rempart_using_subcommand partner; and __fish_seen_subcommand_from agree" -l data -d 'The node\'s folder: its settings (rempart.toml), its key and, unless it is elsewhere, its database' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand partner; and __fish_seen_subcommand_from agree" -l config -d 'Read settings from this file instead of rempart.toml in the data folder' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand partner; and __fish_seen_subcommand_from agree" -l database -d 'The database: postgres://user:password@host/name or sqlite:PATH [default: node.db in the data folder]' -r
complete -c rempart -n "__fish_rempart_using_subcommand partner; and __fish_seen_subcommand_from agree" -l node-key-file -d 'The file that holds the node\'s key, which seals every fingerprint; REMPART_NODE_KEY, holding the key itself, goes before it [default: node.key in the data folder]' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand partner; and __fish_seen_subcommand_from agree" -s h -l help -d 'Print help'
complete -c rempart -n "__fish_rempart_using_subcommand partner; and __fish_seen_subcommand_from list" -l data -d 'The node\'s folder: its settings (rempart.toml), its key and, unless it is elsewhere, its database' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand partner; and __fish_seen_subcommand_from list" -l config -d 'Read settings from this file instead of rempart.toml in the data folder' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand partner; and __fish_seen_subcommand_from list" -l database -d 'The database: postgres://user:password@host/name or sqlite:PATH [default: node.db in the data folder]' -r
complete -c rempart -n "__fish_rempart_using_subcommand partner; and __fish_seen_subcommand_from list" -l node-key-file -d 'The file that holds the node\'s key, which seals every fingerprint; REMPART_NODE_KEY, holding the key itself, goes before it [default: node.key in the data folder]' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand partner; and __fish_seen_subcommand_from list" -l json -d 'A JSON object a line'
complete -c rempart -n "__fish_rempart_using_subcommand partner; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c rempart -n "__fish_rempart_using_subcommand partner; and __fish_seen_subcommand_from settings" -l url -d 'Where the partner reaches this node, such as https://node.example [default: a placeholder]' -r
complete -c rempart -n "__fish_rempart_using_subcommand partner; and __fish_seen_subcommand_from settings" -l key-file -d 'A file with one of its keys, to write the lines out with it [default: a placeholder]' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand partner; and __fish_seen_subcommand_from settings" -l data -d 'The node\'s folder: its settings (rempart.toml), its key and, unless it is elsewhere, its database' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand partner; and __fish_seen_subcommand_from settings" -l config -d 'Read settings from this file instead of rempart.toml in the data folder' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand partner; and __fish_seen_subcommand_from settings" -l database -d 'The database: postgres://user:password@host/name or sqlite:PATH [default: node.db in the data folder]' -r
complete -c rempart -n "__fish_rempart_using_subcommand partner; and __fish_seen_subcommand_from settings" -l node-key-file -d 'The file that holds the node\'s key, which seals every fingerprint; REMPART_NODE_KEY, holding the key itself, goes before it [default: node.key in the data folder]' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand partner; and __fish_seen_subcommand_from settings" -l json -d 'Answer with one line of JSON for each system'
complete -c rempart -n "__fish_rempart_using_subcommand partner; and __fish_seen_subcommand_from settings" -s h -l help -d 'Print help'
complete -c rempart -n "__fish_rempart_using_subcommand partner; and __fish_seen_subcommand_from revoke" -l data -d 'The node\'s folder: its settings (rempart.toml), its key and, unless it is elsewhere, its database' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand partner; and __fish_seen_subcommand_from revoke" -l config -d 'Read settings from this file instead of rempart.toml in the data folder' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand partner; and __fish_seen_subcommand_from revoke" -l database -d 'The database: postgres://user:password@host/name or sqlite:PATH [default: node.db in the data folder]' -r
complete -c rempart -n "__fish_rempart_using_subcommand partner; and __fish_seen_subcommand_from revoke" -l node-key-file -d 'The file that holds the node\'s key, which seals every fingerprint; REMPART_NODE_KEY, holding the key itself, goes before it [default: node.key in the data folder]' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand partner; and __fish_seen_subcommand_from revoke" -s h -l help -d 'Print help'
complete -c rempart -n "__fish_rempart_using_subcommand partner; and __fish_seen_subcommand_from help" -f -a "add" -d 'Add a partner with a first key, which is shown this once'
complete -c rempart -n "__fish_rempart_using_subcommand partner; and __fish_seen_subcommand_from help" -f -a "key" -d 'Add a key to a partner, shown this once: one for each of its matchers'
complete -c rempart -n "__fish_rempart_using_subcommand partner; and __fish_seen_subcommand_from help" -f -a "agree" -d 'Replace what was agreed with a partner; its matchers load the bank anew'
complete -c rempart -n "__fish_rempart_using_subcommand partner; and __fish_seen_subcommand_from help" -f -a "list" -d 'List partners, their keys, and how far each key\'s matcher has got'
complete -c rempart -n "__fish_rempart_using_subcommand partner; and __fish_seen_subcommand_from help" -f -a "settings" -d 'Show what a partner pastes into its clients of StopNCII, NCMEC, ThreatExchange and others to read this node'
complete -c rempart -n "__fish_rempart_using_subcommand partner; and __fish_seen_subcommand_from help" -f -a "revoke" -d 'Revoke a partner with all its keys, or one key; takes effect at once'
complete -c rempart -n "__fish_rempart_using_subcommand partner; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c rempart -n "__fish_rempart_using_subcommand feed; and not __fish_seen_subcommand_from follow pull help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rempart -n "__fish_rempart_using_subcommand feed; and not __fish_seen_subcommand_from follow pull help" -f -a "follow" -d 'Print changes as they come, until ctrl-c; goes on by itself after a break'
complete -c rempart -n "__fish_rempart_using_subcommand feed; and not __fish_seen_subcommand_from follow pull help" -f -a "pull" -d 'Print every change there is so far, and end'
complete -c rempart -n "__fish_rempart_using_subcommand feed; and not __fish_seen_subcommand_from follow pull help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c rempart -n "__fish_rempart_using_subcommand feed; and __fish_seen_subcommand_from follow" -l from -d 'The node\'s address' -r
complete -c rempart -n "__fish_rempart_using_subcommand feed; and __fish_seen_subcommand_from follow" -l key -d 'The file that holds a partner key with the scope follow' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand feed; and __fish_seen_subcommand_from follow" -l after -d 'The last number known; changes after it are printed' -r
complete -c rempart -n "__fish_rempart_using_subcommand feed; and __fish_seen_subcommand_from follow" -s h -l help -d 'Print help'
complete -c rempart -n "__fish_rempart_using_subcommand feed; and __fish_seen_subcommand_from pull" -l from -d 'The node\'s address' -r
complete -c rempart -n "__fish_rempart_using_subcommand feed; and __fish_seen_subcommand_from pull" -l key -d 'The file that holds a partner key with the scope follow' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand feed; and __fish_seen_subcommand_from pull" -l after -d 'The last number known; changes after it are printed' -r
complete -c rempart -n "__fish_rempart_using_subcommand feed; and __fish_seen_subcommand_from pull" -s h -l help -d 'Print help'
complete -c rempart -n "__fish_rempart_using_subcommand feed; and __fish_seen_subcommand_from help" -f -a "follow" -d 'Print changes as they come, until ctrl-c; goes on by itself after a break'
complete -c rempart -n "__fish_rempart_using_subcommand feed; and __fish_seen_subcommand_from help" -f -a "pull" -d 'Print every change there is so far, and end'
complete -c rempart -n "__fish_rempart_using_subcommand feed; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c rempart -n "__fish_rempart_using_subcommand look" -l permit -d 'Also connect to this socket, without TLS too: for a test or a page in the operator\'s own network' -r
complete -c rempart -n "__fish_rempart_using_subcommand look" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rempart -n "__fish_rempart_using_subcommand follow; and not __fish_seen_subcommand_from add list remove once help" -s h -l help -d 'Print help'
complete -c rempart -n "__fish_rempart_using_subcommand follow; and not __fish_seen_subcommand_from add list remove once help" -f -a "add" -d 'Follow another system from now on; `rempart serve`, or the matcher, asks it, and `rempart follow once` does at once'
complete -c rempart -n "__fish_rempart_using_subcommand follow; and not __fish_seen_subcommand_from add list remove once help" -f -a "list" -d 'List what is followed, and how each stands'
complete -c rempart -n "__fish_rempart_using_subcommand follow; and not __fish_seen_subcommand_from add list remove once help" -f -a "remove" -d 'Follow a system no longer: its entries are withdrawn, its credentials forgotten'
complete -c rempart -n "__fish_rempart_using_subcommand follow; and not __fish_seen_subcommand_from add list remove once help" -f -a "once" -d 'Ask a system now for all that it has, and say what came; with --matcher, have the matcher that runs ask it'
complete -c rempart -n "__fish_rempart_using_subcommand follow; and not __fish_seen_subcommand_from add list remove once help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c rempart -n "__fish_rempart_using_subcommand follow; and __fish_seen_subcommand_from add" -l name -d 'Its name here, which others see as the origin of its entries: 1 to 40 of a-z, 0-9, dot and dash, starting with a letter [default: the system\'s]' -r
complete -c rempart -n "__fish_rempart_using_subcommand follow; and __fish_seen_subcommand_from add" -l url -d 'Its address [default: where the system is; has to be said for ncmec, which has a root for each list, and rempart]' -r
complete -c rempart -n "__fish_rempart_using_subcommand follow; and __fish_seen_subcommand_from add" -l credentials-file -d 'The file that holds the credentials, lines of `name = value`, or the secret alone; - for standard input. They are sealed with the node\'s key, and the file is needed no more' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand follow; and __fish_seen_subcommand_from add" -l class -d 'The class of its entries, where the system does not say it [default: stopncii adult, ncmec minor]' -r
complete -c rempart -n "__fish_rempart_using_subcommand follow; and __fish_seen_subcommand_from add" -l tier -d 'The highest tier that its entries are given: with reported nothing it says blocks by itself' -r
complete -c rempart -n "__fish_rempart_using_subcommand follow; and __fish_seen_subcommand_from add" -l every -d 'Seconds between two questions [default: 300, of another node 30]' -r
complete -c rempart -n "__fish_rempart_using_subcommand follow; and __fish_seen_subcommand_from add" -l matcher -d 'Not a node but the matcher of this folder follows; one that runs looks there by itself' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand follow; and __fish_seen_subcommand_from add" -l data -d 'The node\'s folder: its settings (rempart.toml), its key and, unless it is elsewhere, its database' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand follow; and __fish_seen_subcommand_from add" -l config -d 'Read settings from this file instead of rempart.toml in the data folder' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand follow; and __fish_seen_subcommand_from add" -l database -d 'The database: postgres://user:password@host/name or sqlite:PATH [default: node.db in the data folder]' -r
complete -c rempart -n "__fish_rempart_using_subcommand follow; and __fish_seen_subcommand_from add" -l node-key-file -d 'The file that holds the node\'s key, which seals every fingerprint; REMPART_NODE_KEY, holding the key itself, goes before it [default: node.key in the data folder]' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand follow; and __fish_seen_subcommand_from add" -l pass-on -d 'Its terms let you show its entries to your partners; cannot be changed afterwards, and is not possible for another node, nor for a matcher, which passes nothing on'
complete -c rempart -n "__fish_rempart_using_subcommand follow; and __fish_seen_subcommand_from add" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rempart -n "__fish_rempart_using_subcommand follow; and __fish_seen_subcommand_from list" -l matcher -d 'Not a node but the matcher of this folder follows; one that runs looks there by itself' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand follow; and __fish_seen_subcommand_from list" -l data -d 'The node\'s folder: its settings (rempart.toml), its key and, unless it is elsewhere, its database' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand follow; and __fish_seen_subcommand_from list" -l config -d 'Read settings from this file instead of rempart.toml in the data folder' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand follow; and __fish_seen_subcommand_from list" -l database -d 'The database: postgres://user:password@host/name or sqlite:PATH [default: node.db in the data folder]' -r
complete -c rempart -n "__fish_rempart_using_subcommand follow; and __fish_seen_subcommand_from list" -l node-key-file -d 'The file that holds the node\'s key, which seals every fingerprint; REMPART_NODE_KEY, holding the key itself, goes before it [default: node.key in the data folder]' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand follow; and __fish_seen_subcommand_from list" -l json -d 'A JSON object a line'
complete -c rempart -n "__fish_rempart_using_subcommand follow; and __fish_seen_subcommand_from list" -s h -l help -d 'Print help'
complete -c rempart -n "__fish_rempart_using_subcommand follow; and __fish_seen_subcommand_from remove" -l matcher -d 'Not a node but the matcher of this folder follows; one that runs looks there by itself' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand follow; and __fish_seen_subcommand_from remove" -l data -d 'The node\'s folder: its settings (rempart.toml), its key and, unless it is elsewhere, its database' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand follow; and __fish_seen_subcommand_from remove" -l config -d 'Read settings from this file instead of rempart.toml in the data folder' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand follow; and __fish_seen_subcommand_from remove" -l database -d 'The database: postgres://user:password@host/name or sqlite:PATH [default: node.db in the data folder]' -r
complete -c rempart -n "__fish_rempart_using_subcommand follow; and __fish_seen_subcommand_from remove" -l node-key-file -d 'The file that holds the node\'s key, which seals every fingerprint; REMPART_NODE_KEY, holding the key itself, goes before it [default: node.key in the data folder]' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand follow; and __fish_seen_subcommand_from remove" -l json -d 'Answer with one line of JSON'
complete -c rempart -n "__fish_rempart_using_subcommand follow; and __fish_seen_subcommand_from remove" -s h -l help -d 'Print help'
complete -c rempart -n "__fish_rempart_using_subcommand follow; and __fish_seen_subcommand_from once" -l matcher -d 'Not a node but the matcher of this folder follows; one that runs looks there by itself' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand follow; and __fish_seen_subcommand_from once" -l data -d 'The node\'s folder: its settings (rempart.toml), its key and, unless it is elsewhere, its database' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand follow; and __fish_seen_subcommand_from once" -l config -d 'Read settings from this file instead of rempart.toml in the data folder' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand follow; and __fish_seen_subcommand_from once" -l database -d 'The database: postgres://user:password@host/name or sqlite:PATH [default: node.db in the data folder]' -r
complete -c rempart -n "__fish_rempart_using_subcommand follow; and __fish_seen_subcommand_from once" -l node-key-file -d 'The file that holds the node\'s key, which seals every fingerprint; REMPART_NODE_KEY, holding the key itself, goes before it [default: node.key in the data folder]' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand follow; and __fish_seen_subcommand_from once" -l json -d 'Answer with one line of JSON'
complete -c rempart -n "__fish_rempart_using_subcommand follow; and __fish_seen_subcommand_from once" -s h -l help -d 'Print help'
complete -c rempart -n "__fish_rempart_using_subcommand follow; and __fish_seen_subcommand_from help" -f -a "add" -d 'Follow another system from now on; `rempart serve`, or the matcher, asks it, and `rempart follow once` does at once'
complete -c rempart -n "__fish_rempart_using_subcommand follow; and __fish_seen_subcommand_from help" -f -a "list" -d 'List what is followed, and how each stands'
complete -c rempart -n "__fish_rempart_using_subcommand follow; and __fish_seen_subcommand_from help" -f -a "remove" -d 'Follow a system no longer: its entries are withdrawn, its credentials forgotten'
complete -c rempart -n "__fish_rempart_using_subcommand follow; and __fish_seen_subcommand_from help" -f -a "once" -d 'Ask a system now for all that it has, and say what came; with --matcher, have the matcher that runs ask it'
complete -c rempart -n "__fish_rempart_using_subcommand follow; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c rempart -n "__fish_rempart_using_subcommand migrate" -l data -d 'The node\'s folder: its settings (rempart.toml), its key and, unless it is elsewhere, its database' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand migrate" -l config -d 'Read settings from this file instead of rempart.toml in the data folder' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand migrate" -l database -d 'The database: postgres://user:password@host/name or sqlite:PATH [default: node.db in the data folder]' -r
complete -c rempart -n "__fish_rempart_using_subcommand migrate" -l node-key-file -d 'The file that holds the node\'s key, which seals every fingerprint; REMPART_NODE_KEY, holding the key itself, goes before it [default: node.key in the data folder]' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand migrate" -l json -d 'Answer with one line of JSON'
complete -c rempart -n "__fish_rempart_using_subcommand migrate" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rempart -n "__fish_rempart_using_subcommand backup" -l to -d 'A new file' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand backup" -l data -d 'The node\'s folder: its settings (rempart.toml), its key and, unless it is elsewhere, its database' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand backup" -l config -d 'Read settings from this file instead of rempart.toml in the data folder' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand backup" -l database -d 'The database: postgres://user:password@host/name or sqlite:PATH [default: node.db in the data folder]' -r
complete -c rempart -n "__fish_rempart_using_subcommand backup" -l node-key-file -d 'The file that holds the node\'s key, which seals every fingerprint; REMPART_NODE_KEY, holding the key itself, goes before it [default: node.key in the data folder]' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand backup" -l json -d 'Answer with one line of JSON'
complete -c rempart -n "__fish_rempart_using_subcommand backup" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rempart -n "__fish_rempart_using_subcommand restore" -l from -d 'The backup' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand restore" -l data -d 'The node\'s folder: its settings (rempart.toml), its key and, unless it is elsewhere, its database' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand restore" -l config -d 'Read settings from this file instead of rempart.toml in the data folder' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand restore" -l database -d 'The database: postgres://user:password@host/name or sqlite:PATH [default: node.db in the data folder]' -r
complete -c rempart -n "__fish_rempart_using_subcommand restore" -l node-key-file -d 'The file that holds the node\'s key, which seals every fingerprint; REMPART_NODE_KEY, holding the key itself, goes before it [default: node.key in the data folder]' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand restore" -l json -d 'Answer with one line of JSON'
complete -c rempart -n "__fish_rempart_using_subcommand restore" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rempart -n "__fish_rempart_using_subcommand doctor" -l data -d 'The node\'s folder: its settings (rempart.toml), its key and, unless it is elsewhere, its database' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand doctor" -l config -d 'Read settings from this file instead of rempart.toml in the data folder' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand doctor" -l database -d 'The database: postgres://user:password@host/name or sqlite:PATH [default: node.db in the data folder]' -r
complete -c rempart -n "__fish_rempart_using_subcommand doctor" -l node-key-file -d 'The file that holds the node\'s key, which seals every fingerprint; REMPART_NODE_KEY, holding the key itself, goes before it [default: node.key in the data folder]' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand doctor" -l json -d 'A JSON object a line, one for each check'
complete -c rempart -n "__fish_rempart_using_subcommand doctor" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rempart -n "__fish_rempart_using_subcommand bench; and not __fish_seen_subcommand_from hash search match recall help" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rempart -n "__fish_rempart_using_subcommand bench; and not __fish_seen_subcommand_from hash search match recall help" -f -a "hash" -d 'Measure fingerprinting: from pixels, from JPEG files, and a folder on all cores'
complete -c rempart -n "__fish_rempart_using_subcommand bench; and not __fish_seen_subcommand_from hash search match recall help" -f -a "search" -d 'Measure searching the index: what is within so many bits of a fingerprint'
complete -c rempart -n "__fish_rempart_using_subcommand bench; and not __fish_seen_subcommand_from hash search match recall help" -f -a "match" -d 'Measure matching over HTTP: batches, single queries, and how soon a change is known everywhere'
complete -c rempart -n "__fish_rempart_using_subcommand bench; and not __fish_seen_subcommand_from hash search match recall help" -f -a "recall" -d 'Measure recall: how many altered copies of pictures are recognised, and how many strangers are taken for one'
complete -c rempart -n "__fish_rempart_using_subcommand bench; and not __fish_seen_subcommand_from hash search match recall help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c rempart -n "__fish_rempart_using_subcommand bench; and __fish_seen_subcommand_from hash" -l pictures -d 'The folder for all cores, instead of drawn pictures; of a large one the first GiB' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand bench; and __fish_seen_subcommand_from hash" -l runs -d 'How often everything is done; the middle counts' -r
complete -c rempart -n "__fish_rempart_using_subcommand bench; and __fish_seen_subcommand_from hash" -l write -d 'Leave the pictures here, so that another program can be measured with them: WIDTHxHEIGHT-N.rgb, .grey and .jpg' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand bench; and __fish_seen_subcommand_from hash" -l json -d 'One line of JSON'
complete -c rempart -n "__fish_rempart_using_subcommand bench; and __fish_seen_subcommand_from hash" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rempart -n "__fish_rempart_using_subcommand bench; and __fish_seen_subcommand_from search" -l codes -d 'How many fingerprints the bank has; several numbers, separated by commas, are measured one after the other' -r
complete -c rempart -n "__fish_rempart_using_subcommand bench; and __fish_seen_subcommand_from search" -l radius -d 'How many of the 256 bits may differ' -r
complete -c rempart -n "__fish_rempart_using_subcommand bench; and __fish_seen_subcommand_from search" -l seconds -d 'How long queries are asked while fingerprints come and go; 0 leaves that out, and insertions' -r
complete -c rempart -n "__fish_rempart_using_subcommand bench; and __fish_seen_subcommand_from search" -l write -d 'Leave the fingerprints, the queries and the answers here, so that another program can be measured with them: in a folder for each size, codes.bin and queries.bin (32 bytes each) and matches.bin (for each query the number of matches, then their places among the codes, four bytes each, little-endian)' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand bench; and __fish_seen_subcommand_from search" -l json -d 'One line of JSON'
complete -c rempart -n "__fish_rempart_using_subcommand bench; and __fish_seen_subcommand_from search" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rempart -n "__fish_rempart_using_subcommand bench; and __fish_seen_subcommand_from match" -l entries -d 'Entries to fill the node with' -r
complete -c rempart -n "__fish_rempart_using_subcommand bench; and __fish_seen_subcommand_from match" -l to -d 'A node or a matcher that is running, such as http://127.0.0.1:8700, instead of one started for this' -r
complete -c rempart -n "__fish_rempart_using_subcommand bench; and __fish_seen_subcommand_from match" -l key -d 'The file that holds the partner key, or a matcher\'s access token' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand bench; and __fish_seen_subcommand_from match" -l connections -d 'Connections that ask at once' -r
complete -c rempart -n "__fish_rempart_using_subcommand bench; and __fish_seen_subcommand_from match" -l seconds -d 'How long each kind of question is asked' -r
complete -c rempart -n "__fish_rempart_using_subcommand bench; and __fish_seen_subcommand_from match" -l json -d 'One line of JSON'
complete -c rempart -n "__fish_rempart_using_subcommand bench; and __fish_seen_subcommand_from match" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rempart -n "__fish_rempart_using_subcommand bench; and __fish_seen_subcommand_from recall" -l pictures -d 'Take the pictures in this folder instead of drawn ones' -r -F
complete -c rempart -n "__fish_rempart_using_subcommand bench; and __fish_seen_subcommand_from recall" -l count -d 'How many pictures, at most' -r
complete -c rempart -n "__fish_rempart_using_subcommand bench; and __fish_seen_subcommand_from recall" -l draws -d 'How many copies of each picture for each way whose amount is free' -r
complete -c rempart -n "__fish_rempart_using_subcommand bench; and __fish_seen_subcommand_from recall" -l radius -d 'How many of the 256 bits may differ' -r
complete -c rempart -n "__fish_rempart_using_subcommand bench; and __fish_seen_subcommand_from recall" -l seed -d 'What decides the amounts' -r
complete -c rempart -n "__fish_rempart_using_subcommand bench; and __fish_seen_subcommand_from recall" -l json -d 'One line of JSON'
complete -c rempart -n "__fish_rempart_using_subcommand bench; and __fish_seen_subcommand_from recall" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rempart -n "__fish_rempart_using_subcommand bench; and __fish_seen_subcommand_from help" -f -a "hash" -d 'Measure fingerprinting: from pixels, from JPEG files, and a folder on all cores'
complete -c rempart -n "__fish_rempart_using_subcommand bench; and __fish_seen_subcommand_from help" -f -a "search" -d 'Measure searching the index: what is within so many bits of a fingerprint'
complete -c rempart -n "__fish_rempart_using_subcommand bench; and __fish_seen_subcommand_from help" -f -a "match" -d 'Measure matching over HTTP: batches, single queries, and how soon a change is known everywhere'
complete -c rempart -n "__fish_rempart_using_subcommand bench; and __fish_seen_subcommand_from help" -f -a "recall" -d 'Measure recall: how many altered copies of pictures are recognised, and how many strangers are taken for one'
complete -c rempart -n "__fish_rempart_using_subcommand bench; and __fish_seen_subcommand_from help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c rempart -n "__fish_rempart_using_subcommand preview" -s h -l help -d 'Print help'
complete -c rempart -n "__fish_rempart_using_subcommand openapi" -l matcher -d 'A matcher\'s API instead'
complete -c rempart -n "__fish_rempart_using_subcommand openapi" -s h -l help -d 'Print help'
complete -c rempart -n "__fish_rempart_using_subcommand roles" -s h -l help -d 'Print help'
complete -c rempart -n "__fish_rempart_using_subcommand completions" -s h -l help -d 'Print help (see more with \'--help\')'
complete -c rempart -n "__fish_rempart_using_subcommand man" -s h -l help -d 'Print help'
complete -c rempart -n "__fish_rempart_using_subcommand help; and not __fish_seen_subcommand_from demo serve setup staff case matcher age log hash match bank partner feed look follow migrate backup restore doctor bench preview openapi roles completions man help" -f -a "demo" -d 'Show all of it on this machine: a node, two platforms with a matcher each, pictures, copies, a withdrawal'
complete -c rempart -n "__fish_rempart_using_subcommand help; and not __fish_seen_subcommand_from demo serve setup staff case matcher age log hash match bank partner feed look follow migrate backup restore doctor bench preview openapi roles completions man help" -f -a "serve" -d 'Run a node: the bank, its feed, and the API for partners'
complete -c rempart -n "__fish_rempart_using_subcommand help; and not __fish_seen_subcommand_from demo serve setup staff case matcher age log hash match bank partner feed look follow migrate backup restore doctor bench preview openapi roles completions man help" -f -a "setup" -d 'Print a new one-time link to the pages on which the portal is set up'
complete -c rempart -n "__fish_rempart_using_subcommand help; and not __fish_seen_subcommand_from demo serve setup staff case matcher age log hash match bank partner feed look follow migrate backup restore doctor bench preview openapi roles completions man help" -f -a "staff" -d 'People who work here: invite, list, end'
complete -c rempart -n "__fish_rempart_using_subcommand help; and not __fish_seen_subcommand_from demo serve setup staff case matcher age log hash match bank partner feed look follow migrate backup restore doctor bench preview openapi roles completions man help" -f -a "case" -d 'Cases that people opened on the portal: list, read, answer'
complete -c rempart -n "__fish_rempart_using_subcommand help; and not __fish_seen_subcommand_from demo serve setup staff case matcher age log hash match bank partner feed look follow migrate backup restore doctor bench preview openapi roles completions man help" -f -a "matcher" -d 'Run a platform\'s matcher: a copy of what one or more nodes share with it, in memory'
complete -c rempart -n "__fish_rempart_using_subcommand help; and not __fish_seen_subcommand_from demo serve setup staff case matcher age log hash match bank partner feed look follow migrate backup restore doctor bench preview openapi roles completions man help" -f -a "age" -d 'Check ages so that a site learns one bit, whoever checks learns no site, and both together cannot join the two'
complete -c rempart -n "__fish_rempart_using_subcommand help; and not __fish_seen_subcommand_from demo serve setup staff case matcher age log hash match bank partner feed look follow migrate backup restore doctor bench preview openapi roles completions man help" -f -a "log" -d 'Check the log of who did what to which case, or watch the key log of an issuer of age proofs'
complete -c rempart -n "__fish_rempart_using_subcommand help; and not __fish_seen_subcommand_from demo serve setup staff case matcher age log hash match bank partner feed look follow migrate backup restore doctor bench preview openapi roles completions man help" -f -a "hash" -d 'Take the fingerprints of pictures, here, without sending anything'
complete -c rempart -n "__fish_rempart_using_subcommand help; and not __fish_seen_subcommand_from demo serve setup staff case matcher age log hash match bank partner feed look follow migrate backup restore doctor bench preview openapi roles completions man help" -f -a "match" -d 'Ask a node or a matcher whether pictures are known'
complete -c rempart -n "__fish_rempart_using_subcommand help; and not __fish_seen_subcommand_from demo serve setup staff case matcher age log hash match bank partner feed look follow migrate backup restore doctor bench preview openapi roles completions man help" -f -a "bank" -d 'The bank of a node, directly on its database: add, import, export, list and withdraw entries'
complete -c rempart -n "__fish_rempart_using_subcommand help; and not __fish_seen_subcommand_from demo serve setup staff case matcher age log hash match bank partner feed look follow migrate backup restore doctor bench preview openapi roles completions man help" -f -a "partner" -d 'Partners of the exchange: their keys, and what each may see and contribute'
complete -c rempart -n "__fish_rempart_using_subcommand help; and not __fish_seen_subcommand_from demo serve setup staff case matcher age log hash match bank partner feed look follow migrate backup restore doctor bench preview openapi roles completions man help" -f -a "feed" -d 'A node\'s changes, one JSON object a line, as this key is shown them'
complete -c rempart -n "__fish_rempart_using_subcommand help; and not __fish_seen_subcommand_from demo serve setup staff case matcher age log hash match bank partner feed look follow migrate backup restore doctor bench preview openapi roles completions man help" -f -a "look" -d 'Look whether pages are still there: addresses in, a JSON object a line out'
complete -c rempart -n "__fish_rempart_using_subcommand help; and not __fish_seen_subcommand_from demo serve setup staff case matcher age log hash match bank partner feed look follow migrate backup restore doctor bench preview openapi roles completions man help" -f -a "follow" -d 'Other systems and nodes that this node, or a matcher, follows: what they list is protected here, what they take back goes'
complete -c rempart -n "__fish_rempart_using_subcommand help; and not __fish_seen_subcommand_from demo serve setup staff case matcher age log hash match bank partner feed look follow migrate backup restore doctor bench preview openapi roles completions man help" -f -a "migrate" -d 'Bring the database\'s schema to this version, creating it if it is not there'
complete -c rempart -n "__fish_rempart_using_subcommand help; and not __fish_seen_subcommand_from demo serve setup staff case matcher age log hash match bank partner feed look follow migrate backup restore doctor bench preview openapi roles completions man help" -f -a "backup" -d 'Write a whole node into one file, while it runs'
complete -c rempart -n "__fish_rempart_using_subcommand help; and not __fish_seen_subcommand_from demo serve setup staff case matcher age log hash match bank partner feed look follow migrate backup restore doctor bench preview openapi roles completions man help" -f -a "restore" -d 'Read a backup into an empty database, SQLite or PostgreSQL'
complete -c rempart -n "__fish_rempart_using_subcommand help; and not __fish_seen_subcommand_from demo serve setup staff case matcher age log hash match bank partner feed look follow migrate backup restore doctor bench preview openapi roles completions man help" -f -a "doctor" -d 'Check everything a node stands on, and say what to do'
complete -c rempart -n "__fish_rempart_using_subcommand help; and not __fish_seen_subcommand_from demo serve setup staff case matcher age log hash match bank partner feed look follow migrate backup restore doctor bench preview openapi roles completions man help" -f -a "bench" -d 'Measure what this machine does: hashing, searching, matching over HTTP, and which altered copies are recognised'
complete -c rempart -n "__fish_rempart_using_subcommand help; and not __fish_seen_subcommand_from demo serve setup staff case matcher age log hash match bank partner feed look follow migrate backup restore doctor bench preview openapi roles completions man help" -f -a "preview" -d 'Decodes one picture from standard input, for the node that started it'
complete -c rempart -n "__fish_rempart_using_subcommand help; and not __fish_seen_subcommand_from demo serve setup staff case matcher age log hash match bank partner feed look follow migrate backup restore doctor bench preview openapi roles completions man help" -f -a "openapi" -d 'Print the OpenAPI 3.1 document of a node\'s API'
complete -c rempart -n "__fish_rempart_using_subcommand help; and not __fish_seen_subcommand_from demo serve setup staff case matcher age log hash match bank partner feed look follow migrate backup restore doctor bench preview openapi roles completions man help" -f -a "roles" -d 'Print the table of who may do what on the desk'
complete -c rempart -n "__fish_rempart_using_subcommand help; and not __fish_seen_subcommand_from demo serve setup staff case matcher age log hash match bank partner feed look follow migrate backup restore doctor bench preview openapi roles completions man help" -f -a "completions" -d 'Print completions for a shell'
complete -c rempart -n "__fish_rempart_using_subcommand help; and not __fish_seen_subcommand_from demo serve setup staff case matcher age log hash match bank partner feed look follow migrate backup restore doctor bench preview openapi roles completions man help" -f -a "man" -d 'Print the manual page, of all of rempart or of one command'
complete -c rempart -n "__fish_rempart_using_subcommand help; and not __fish_seen_subcommand_from demo serve setup staff case matcher age log hash match bank partner feed look follow migrate backup restore doctor bench preview openapi roles completions man help" -f -a "help" -d 'Print this message or the help of the given subcommand(s)'
complete -c rempart -n "__fish_rempart_using_subcommand help; and __fish_seen_subcommand_from staff" -f -a "invite" -d 'Invite somebody: prints a link, good once, behind which they choose a passphrase and a second factor'
complete -c rempart -n "__fish_rempart_using_subcommand help; and __fish_seen_subcommand_from staff" -f -a "list" -d 'List who is here, was invited, or left'
complete -c rempart -n "__fish_rempart_using_subcommand help; and __fish_seen_subcommand_from staff" -f -a "end" -d 'End somebody\'s access at once: sessions, key, and every case key that was sealed to them'
complete -c rempart -n "__fish_rempart_using_subcommand help; and __fish_seen_subcommand_from case" -f -a "list" -d 'List open cases, the most urgent and oldest first; never what they hold'
complete -c rempart -n "__fish_rempart_using_subcommand help; and __fish_seen_subcommand_from case" -f -a "show" -d 'Read a case: what happened, pictures, links, messages'
complete -c rempart -n "__fish_rempart_using_subcommand help; and __fish_seen_subcommand_from case" -f -a "answer" -d 'Write to the person whose case it is'
complete -c rempart -n "__fish_rempart_using_subcommand help; and __fish_seen_subcommand_from case" -f -a "open-file" -d 'Open a file that a person sent sealed, and write it to standard output: into a viewer, never onto the disk'
complete -c rempart -n "__fish_rempart_using_subcommand help; and __fish_seen_subcommand_from case" -f -a "tell" -d 'Look through the open cases and put a neutral mail where a platform did something since the last one; `rempart serve` does it by itself every hour where hotline.key is'
complete -c rempart -n "__fish_rempart_using_subcommand help; and __fish_seen_subcommand_from case" -f -a "forget-key" -d 'Remove the hotline\'s key from this machine; first shows that the sheet is at hand'
complete -c rempart -n "__fish_rempart_using_subcommand help; and __fish_seen_subcommand_from age" -f -a "issuer" -d 'Run an issuer: signs proofs of age without seeing them, for whoever has a voucher'
complete -c rempart -n "__fish_rempart_using_subcommand help; and __fish_seen_subcommand_from age" -f -a "attester" -d 'Run an attester: somebody shows their age in a way they choose, and gets a voucher that names nobody'
complete -c rempart -n "__fish_rempart_using_subcommand help; and __fish_seen_subcommand_from age" -f -a "verifier" -d 'Run a site\'s verifier: lets in who proves the age asked for, and learns nothing else'
complete -c rempart -n "__fish_rempart_using_subcommand help; and __fish_seen_subcommand_from age" -f -a "wallet" -d 'Serve the wallet page: it keeps a person\'s proofs in their browser, and answers sites that ask for an age'
complete -c rempart -n "__fish_rempart_using_subcommand help; and __fish_seen_subcommand_from age" -f -a "codes" -d 'Draw codes that an institution hands out to people it has seen; each works once'
complete -c rempart -n "__fish_rempart_using_subcommand help; and __fish_seen_subcommand_from age" -f -a "revoke" -d 'Take an issuer\'s key back, when its secret may be known to somebody, and make another for the same week'
complete -c rempart -n "__fish_rempart_using_subcommand help; and __fish_seen_subcommand_from age" -f -a "audit" -d 'Write down, for an auditor, what holds each requirement on age checks and which test or setting shows it'
complete -c rempart -n "__fish_rempart_using_subcommand help; and __fish_seen_subcommand_from log" -f -a "audit" -d 'The log of who did what to which case'
complete -c rempart -n "__fish_rempart_using_subcommand help; and __fish_seen_subcommand_from log" -f -a "monitor" -d 'Follow a key log and tell when it was rewritten, when a key that is offered is not in it, or when there are two keys for one age and week'
complete -c rempart -n "__fish_rempart_using_subcommand help; and __fish_seen_subcommand_from bank" -f -a "add" -d 'Put pictures under protection: hash them here and keep their fingerprints'
complete -c rempart -n "__fish_rempart_using_subcommand help; and __fish_seen_subcommand_from bank" -f -a "import" -d 'Put the entries of a file under protection, NDJSON or CSV'
complete -c rempart -n "__fish_rempart_using_subcommand help; and __fish_seen_subcommand_from bank" -f -a "export" -d 'Write the standing entries with their fingerprints, opened, as NDJSON or CSV'
complete -c rempart -n "__fish_rempart_using_subcommand help; and __fish_seen_subcommand_from bank" -f -a "list" -d 'List the standing entries, without their fingerprints'
complete -c rempart -n "__fish_rempart_using_subcommand help; and __fish_seen_subcommand_from bank" -f -a "withdraw" -d 'Take entries back: their fingerprints are deleted here, and every partner is told to forget them'
complete -c rempart -n "__fish_rempart_using_subcommand help; and __fish_seen_subcommand_from bank" -f -a "uphold" -d 'End disputes: the entries stand again, and may be blocked again'
complete -c rempart -n "__fish_rempart_using_subcommand help; and __fish_seen_subcommand_from partner" -f -a "add" -d 'Add a partner with a first key, which is shown this once'
complete -c rempart -n "__fish_rempart_using_subcommand help; and __fish_seen_subcommand_from partner" -f -a "key" -d 'Add a key to a partner, shown this once: one for each of its matchers'
complete -c rempart -n "__fish_rempart_using_subcommand help; and __fish_seen_subcommand_from partner" -f -a "agree" -d 'Replace what was agreed with a partner; its matchers load the bank anew'
complete -c rempart -n "__fish_rempart_using_subcommand help; and __fish_seen_subcommand_from partner" -f -a "list" -d 'List partners, their keys, and how far each key\'s matcher has got'
complete -c rempart -n "__fish_rempart_using_subcommand help; and __fish_seen_subcommand_from partner" -f -a "settings" -d 'Show what a partner pastes into its clients of StopNCII, NCMEC, ThreatExchange and others to read this node'
complete -c rempart -n "__fish_rempart_using_subcommand help; and __fish_seen_subcommand_from partner" -f -a "revoke" -d 'Revoke a partner with all its keys, or one key; takes effect at once'
complete -c rempart -n "__fish_rempart_using_subcommand help; and __fish_seen_subcommand_from feed" -f -a "follow" -d 'Print changes as they come, until ctrl-c; goes on by itself after a break'
complete -c rempart -n "__fish_rempart_using_subcommand help; and __fish_seen_subcommand_from feed" -f -a "pull" -d 'Print every change there is so far, and end'
complete -c rempart -n "__fish_rempart_using_subcommand help; and __fish_seen_subcommand_from follow" -f -a "add" -d 'Follow another system from now on; `rempart serve`, or the matcher, asks it, and `rempart follow once` does at once'
complete -c rempart -n "__fish_rempart_using_subcommand help; and __fish_seen_subcommand_from follow" -f -a "list" -d 'List what is followed, and how each stands'
complete -c rempart -n "__fish_rempart_using_subcommand help; and __fish_seen_subcommand_from follow" -f -a "remove" -d 'Follow a system no longer: its entries are withdrawn, its credentials forgotten'
complete -c rempart -n "__fish_rempart_using_subcommand help; and __fish_seen_subcommand_from follow" -f -a "once" -d 'Ask a system now for all that it has, and say what came; with --matcher, have the matcher that runs ask it'
complete -c rempart -n "__fish_rempart_using_subcommand help; and __fish_seen_subcommand_from bench" -f -a "hash" -d 'Measure fingerprinting: from pixels, from JPEG files, and a folder on all cores'
complete -c rempart -n "__fish_rempart_using_subcommand help; and __fish_seen_subcommand_from bench" -f -a "search" -d 'Measure searching the index: what is within so many bits of a fingerprint'
complete -c rempart -n "__fish_rempart_using_subcommand help; and __fish_seen_subcommand_from bench" -f -a "match" -d 'Measure matching over HTTP: batches, single queries, and how soon a change is known everywhere'
complete -c rempart -n "__fish_rempart_using_subcommand help; and __fish_seen_subcommand_from bench" -f -a "recall" -d 'Measure recall: how many altered copies of pictures are recognised, and how many strangers are taken for one'
