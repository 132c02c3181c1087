#!/usr/bin/perl
# wonted mailbox, as an admin types it.
use strict; use warnings;
use File::Temp qw(tempdir);
use Test::More;
my $wonted = ($ENV{WONTED_BUILD} // 'build/debug') . '/wonted';
plan skip_all => "$wonted is not built" unless -x $wonted;
my $dir = tempdir(CLEANUP => 1);

sub put {
	my ($name, $text) = @_;
	open my $f, '>', "$dir/$name" or die;
	print $f $text;
	close $f;
	return "$dir/$name";
}

my $conf = put('wonted.conf', qq(store = "lmdb:$dir/store"\ntenant "acme" {\n\tdomains = {"acme.example"}\n}\npolicy "strict" {\n\trecipients = "s\@acme.example"\n}\n));

# (exit status, standard output, standard error); arguments go without a shell
sub run_command {
	my @args = @_;
	my $pid = fork // die;
	if (!$pid) {
		open STDIN, '<', -e "$dir/in" ? "$dir/in" : '/dev/null' or die;
		open STDOUT, '>', "$dir/out" or die;
		open STDERR, '>', "$dir/err" or die;
		exec $wonted, 'mailbox', '-c', $conf, @args or die;
	}
	waitpid $pid, 0;
	return ($? >> 8, map { open my $f, '<', "$dir/$_" or die; local $/; scalar(<$f>) // '' } qw(out err));
}

my $csv = put('m.csv', "address,kind,canonical,locale,policy,flags\nann\@acme.example,user,,de_DE,strict,pilot;new\ninfo\@acme.example,shared,,,,\n");
my ($status, $out, $err) = run_command('import', '--dry-run', $csv);
is("$status $out", "0 2 addresses (only looked, nothing written), 0 of them aliases\n", 'a dry run');
ok(!-e "$dir/store", 'makes no store');
($status, $out, $err) = run_command('import', $csv);
is("$status $out$err", "0 2 addresses, 0 of them aliases\n", 'an import');

my $wrong = put('wrong.csv', "address,policy\nann\@acme.example,strict\nbob\@acme.example,strickt\n");
($status, $out, $err) = run_command('import', $wrong);
is($status, 1, 'a policy that is not there is exit 1');
like($err, qr/\Q$wrong\E:3: there is no policy "strickt" in the configuration; did you mean "strict"\?/, 'and is said by line');

my $virtual = put('virtual', "a\@acme.example ann\@acme.example\nb\@acme.example a\@acme.example\nx\@other.example ann\@acme.example\n");
($status, $out) = run_command('import', '--postfix', $virtual);
is("$status $out", "0 2 addresses, 2 of them aliases\n1 entry that is no address of the tenant left out\n", 'a virtual map, as text');
put('in', "c\@acme.example\tann\@acme.example\n");
($status, $out) = run_command('import', '--postfix', '-');
is("$status $out", "0 1 address, 1 of them aliases\n", 'what postmap -s printed');
unlink "$dir/in";

($status, $out) = run_command('show', 'ann@acme.example');
is($out, "address   ann\@acme.example\nkind      user\nlocale    de_DE\npolicy    strict\nflag      pilot\nflag      new\nin force  strict\nalias     a\@acme.example\nalias     b\@acme.example\nalias     c\@acme.example\n", 'show, and its aliases');
($status, $out) = run_command('show', 'B@acme.example');
is($out, "address   b\@acme.example\nkind      user\ncanonical ann\@acme.example\nlocale    de_DE\npolicy    strict\nflag      pilot\nflag      new\nin force  strict\n", 'an alias of an alias leads to its end, and has what that has');
($status, $out) = run_command('list');
is(join('', sort split /^/, $out), "a\@acme.example\tuser\tann\@acme.example\tde_DE\tstrict\tpilot; new\nann\@acme.example\tuser\t\tde_DE\tstrict\tpilot; new\nb\@acme.example\tuser\tann\@acme.example\tde_DE\tstrict\tpilot; new\nc\@acme.example\tuser\tann\@acme.example\tde_DE\tstrict\tpilot; new\ninfo\@acme.example\tshared\t\t\t\t\n", 'list');
($status, $out, $err) = run_command('show', 'nobody@acme.example');
is($status, 1, 'an unknown one');
like($err, qr/knows nothing of a mailbox nobody\@acme\.example/, 'is said');

my $less = put('less.csv', "address,locale,policy,flags\nann\@acme.example,-,-,-\n");
($status) = run_command('import', $less);
($status, $out) = run_command('show', 'ann@acme.example');
like($out, qr/\Aaddress   ann\@acme.example\nkind      user\nin force  default\nalias /, 'a "-" takes away');
($status) = run_command('import', $csv);

my $kept = do { open my $f, '<', $conf or die; local $/; <$f> };
put('wonted.conf', $kept =~ s/policy "strict"/policy "pilots" {\n\tflags = pilot\n}\npolicy "severe"/r);
($status, $out, $err) = run_command('show', 'ann@acme.example');
is($status, 0, 'a policy that is gone');
like($err, qr/no policy of that name/, 'is said');
like($out, qr/^policy    strict\n.*^in force  pilots\n/ms, 'and the next rule of choice holds');
put('wonted.conf', $kept);

my $bad = put('bad.csv', "address,kind\nzoe\@acme.example,user\nann\@acme.example,sharde\n");
($status, $out, $err) = run_command('import', $bad);
is($status, 1, 'a wrong file is exit 1');
like($err, qr/\Q$bad\E:3: kind is "sharde": .*did you mean "shared"\?/, 'by line');
($status, $out) = run_command('list');
unlike($out, qr/zoe/, 'and nothing of it is taken');
($status, $out, $err) = run_command('import', '--postfix', "nosuchtype:$dir/virtual");
is($status, 1, 'a map that postmap cannot read');
like($err, qr/nosuchtype:.*postmap -s/, 'is named');

SKIP: {
	my ($postmap) = grep { -x } map { "$_/postmap" } split(/:/, $ENV{PATH}), '/usr/sbin';
	skip 'no postmap here', 1 unless $postmap;
	put('main.cf', '');
	local $ENV{MAIL_CONFIG} = $dir;	# postmap wants a main.cf
	my $map = put('hashed', "d\@acme.example ann\@acme.example\n");
	my $type = `$postmap -s texthash:$map 2>/dev/null` ? 'texthash' : '';
	skip 'postmap does not run here', 1 unless $type;
	($status, $out) = run_command('import', '--postfix', "$type:$map");
	is("$status $out", "0 1 address, 1 of them aliases\n", 'a map that postmap reads');
}

($status, $out) = run_command('import', '--store', "lmdb:$dir/other", $csv);
is("$status $out", "0 2 addresses, 0 of them aliases\n", 'into another store than the configured one');
($status, $out) = run_command('show', '--store', "lmdb:$dir/other", 'ann@acme.example');
is($status, 0, 'which can be asked, too');

for (['import'], ['import', $csv, $csv], ['import', '--postfix', $virtual, $csv], ['list', 'x'], ['show'], ['list', '--postfix', 'x'], [], ['shwo', 'x']) {
	($status, $out, $err) = run_command(@$_);
	is($status, 2, "wrong usage: @$_");
	like($err, qr/--help/, 'points to help');
}
done_testing;
