### The portal: what a person reads, often young, often afraid. Reading age: eleven.

portal-site = My space
portal-nav = Language and way out
portal-exit = Leave now
portal-step = Step { $step } of { $of }
portal-foot-privacy = Privacy in plain words
portal-foot-traces = Clear my tracks
portal-foot-accessibility = Accessibility
portal-foot-reading = Good to read

landing-title = Something can be done. What is happening?
landing-lead = It is free, there is no account, and you need not say your name. Only our team will read what you write: not your parents, not your school, unless you want them to.
landing-mine = An intimate picture of me is going around
landing-mine-more = or I am afraid that it will
landing-threat = Somebody threatens me with a picture
landing-threat-more = they ask for money or for more pictures
landing-harassed = I am being harassed
landing-harassed-more = messages, groups, comments, fake accounts
landing-witness = I saw something
landing-witness-more = a picture of somebody else
landing-helper = I am a parent, a teacher, a friend
landing-helper-more = I want to help somebody
landing-words = I have my six words: see where my request stands
