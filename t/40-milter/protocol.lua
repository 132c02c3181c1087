-- The protocol as miltertest speaks it: negotiation, several messages on a connection, aborts,
-- headers that are added and removed.
local n = 0
local function ok(good, what)
	n = n + 1
	mt.echo((good and "ok " or "not ok ") .. n .. " - " .. what)
end

local function message(c, headers)
	mt.macro(c, SMFIC_MAIL, "i", "4Xtest")
	if mt.mailfrom(c, "<sender@shopfair.example>") ~= nil then error "mail" end
	if mt.rcptto(c, "<ann@example.org>") ~= nil then error "rcpt" end
	mt.header(c, "From", "sender@shopfair.example")
	mt.header(c, "To", "ann@example.org")
	mt.header(c, "Subject", "hello")
	for _, h in ipairs(headers or {}) do
		mt.header(c, h[1], h[2])
	end
	mt.eoh(c)
	mt.bodystring(c, "Hello Ann,\r\nhow are you?\r\n")
	mt.eom(c)
	return mt.getreply(c)
end

local c = mt.connect(socket, 40, 0.1)
ok(c ~= nil, "it listens")
mt.negotiate(c, nil, nil, nil)
ok(mt.test_action(c, SMFIF_ADDHDRS) and mt.test_action(c, SMFIF_CHGHDRS), "it asks to edit headers")
ok(mt.test_action(c, SMFIF_CHGBODY) and mt.test_action(c, SMFIF_DELRCPT), "it asks to edit body and recipients")
ok(not mt.test_action(c, SMFIF_QUARANTINE), "it never uses the MTA's own hold queue")
ok(mt.test_option(c, SMFIP_NR_HDR) and mt.test_option(c, SMFIP_NR_BODY), "no replies where none are needed")
mt.conninfo(c, "client.shopfair.example", "192.0.2.10")
mt.helo(c, "client.shopfair.example")

ok(message(c) == SMFIR_CONTINUE, "a message passes")
ok(mt.eom_check(c, MT_HDRINSERT, "X-Wonted-Verdict") or mt.eom_check(c, MT_HDRADD, "X-Wonted-Verdict"), "with its verdict")
ok(mt.eom_check(c, MT_HDRINSERT, "Authentication-Results") , "and our Authentication-Results")

ok(message(c, {{"X-Wonted-Verdict", "wanted"}, {"X-Spam-Flag", "NO"}}) == SMFIR_CONTINUE, "a second message on the connection")
ok(mt.eom_check(c, MT_HDRDELETE, "X-Wonted-Verdict"), "a verdict from outside is removed")
ok(mt.eom_check(c, MT_HDRDELETE, "X-Spam-Flag"), "a spam flag from outside is removed")

mt.mailfrom(c, "<sender@shopfair.example>")
mt.rcptto(c, "<ann@example.org>")
mt.abort(c)
ok(message(c) == SMFIR_CONTINUE, "after an abort the next message is a new one")
mt.disconnect(c)

c = mt.connect(socket, 40, 0.1)
mt.conninfo(c, "localhost", "127.0.0.1")
mt.helo(c, "localhost")
ok(message(c) == SMFIR_CONTINUE, "mail of our own passes")
ok(not mt.eom_check(c, MT_HDRINSERT, "X-Wonted-Verdict"), "without a verdict")
mt.disconnect(c)

c = mt.connect(socket, 40, 0.1)
mt.conninfo(c, "unknown", "unspec")
mt.helo(c, "")
ok(message(c) == SMFIR_CONTINUE, "a client without an address")
mt.disconnect(c)
mt.echo("1.." .. n)
