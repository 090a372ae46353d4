"""What the demonstration, the self-test and the replica without a window say while they work."""

DEMONSTRATION = {
    "demo-founding": "Four offices make their keys and found a network …",
    "demo-importing": "Three of them record a published list of sales …",
    "demo-recording": "The first office records a transfer while it is alone …",
    "demo-meeting": "It meets the second office over the network, and the third by a file on a stick …",
    "demo-forking": "The fourth office signs two entries at one place and shows each to another office …",
    "demo-agreeing": "The honest offices meet and compare …",
    "demo-printing": "The extract is printed and checked …",
    "demo-pictures": "Pictures of the first office's window are taken …",
    "demo-done": "The demonstration is finished: the honest offices hold the same register, the double entry was proved, and"
    " the extract is genuine. Pictures and papers are in {path}.",
    "demo-differs": "The demonstration is finished, but not everything came out as it should: see summary.json in {path}.",
    "self-test-passed": "Every part of this installation works.",
    "self-test-failed": "A part of this installation does not work. No office's data was touched: the test used its own.",
    "opened-again": "This office's new key is in force, and Muniment has opened the office again with it: it signs as before."
    " What was being written is kept.",
    "node-listening": "This office is open to its neighbours at port {port}. Stop it with Ctrl+C.",
}
