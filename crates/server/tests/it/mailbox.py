"""A mail server for tests: aiosmtpd, which says what it was told to and writes down what it got, a JSON object a line.

The first line is {"port": N}. Arguments: one answer for each message in turn, the last one for all that follow.

    take            250
    451, 552, ..    that code to the message, after DATA
    rcpt-550, ..    that code to the recipient
    mail-553, ..    that code to the sender
    drop            takes the whole message and ends the connection without an answer
    login           wants user robin and password swordfish, then takes

With --tls CERT KEY it speaks TLS from the first byte, with --starttls CERT KEY after STARTTLS, without which it takes nothing.
"""

import asyncio
import email
import email.policy
import json
import ssl
import sys
import warnings

from aiosmtpd.smtp import SMTP, AuthResult

# It is told to ask for a password without TLS, and says that this is unwise.
warnings.simplefilter("ignore")

arguments = sys.argv[1:]
protection, context = None, None
if arguments and arguments[0] in ("--tls", "--starttls"):
    protection = arguments[0]
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(arguments[1], arguments[2])
    arguments = arguments[3:]
answers = arguments or ["take"]


def say(**values):
    print(json.dumps(values), flush=True)


def current():
    return answers[0]


def used():
    if len(answers) > 1:
        answers.pop(0)


def refused(stage):
    """The answer for a stage, if the current one is about it."""
    name, _, code = current().partition("-")
    if name != stage:
        return None
    say(event="refused", stage=stage, code=int(code))
    used()
    return f"{code} no <robin@example.org>"


class Handler:
    async def handle_MAIL(self, server, session, envelope, address, options):
        said = refused("mail")
        if said is None:
            envelope.mail_from = address
        return said or "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        said = refused("rcpt")
        if said is None:
            envelope.rcpt_tos.append(address)
        return said or "250 OK"

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.original_content, policy=email.policy.default)
        answer = current()
        used()
        say(
            event="message",
            answer=answer,
            hello=session.host_name,
            tls=server.transport.get_extra_info("ssl_object") is not None,
            sender=envelope.mail_from,
            to=envelope.rcpt_tos,
            headers=[[name, str(value)] for name, value in message.items()],
            body=message.get_content(),
            raw=envelope.original_content.decode("utf-8", "replace"),
        )
        if answer == "drop":
            server.transport.abort()
            return None
        return "250 OK" if answer in ("take", "login") else f"{answer} not now, robin@example.org"


def check(server, session, envelope, mechanism, data):
    return AuthResult(handled=False, success=(data.login, data.password) == (b"robin", b"swordfish"))


async def main():
    with_login = "login" in answers

    def connection():
        return SMTP(
            Handler(),
            hostname="mail.test",
            authenticator=check if with_login else None,
            auth_required=with_login,
            auth_require_tls=False,
            tls_context=context if protection == "--starttls" else None,
            require_starttls=protection == "--starttls",
        )

    wrapped = context if protection == "--tls" else None
    server = await asyncio.get_running_loop().create_server(connection, "127.0.0.1", 0, ssl=wrapped)
    say(port=server.sockets[0].getsockname()[1])
    await server.serve_forever()


asyncio.run(main())
