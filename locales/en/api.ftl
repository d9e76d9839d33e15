### The readable page of the API. What comes from the API's own document stays English.

api-title = The partners’ API
api-room = API
api-contents = Operations
api-generated = Drawn from the document of version { $version }, for programs:
api-begin = Before the first call
api-key = The node’s operator gives you a key. It is shown once, and may be used for what was agreed with you. The examples below read the node’s address and the key from two variables; this first one asks what the node knows of you.
api-node-example = https://node.example
api-errors = Every error is a problem document (RFC 9457): “type” is stable for programs, “detail” says what happened and what to do.
error-401 = No key, or one that opens nothing any more.
error-403 = The key lacks the scope, or the agreement does not cover it.
error-409 = The moment has passed: take a new snapshot, or the entry is already withdrawn.
error-422 = Readable, but it cannot be done as it is. Nothing was changed.
error-429 = Too many requests. Wait as long as Retry-After says, and send more in each.
error-503 = The bank is still loading, or its database is out of reach. Nothing was changed; send the same again.
api-english = This part of the page is in your language; what follows comes from the API’s own document, in English.
api-parameters = Parameters
api-body = Body
api-answers = Answers
api-example = Example
api-schemas = Values
field-required = required
place-path = in the path
place-query = after “?”
place-header = header
