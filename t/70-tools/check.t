#!/usr/bin/perl
# wonted check, as an admin and an editor see it: exit status, where complaints go, the dump.
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

# (exit status, standard output, standard error)
sub run_check {
	my $status = system("$wonted check @_ >$dir/out 2>$dir/err") >> 8;
	return ($status, map { open my $f, '<', "$dir/$_" or die; local $/; scalar <$f> } qw(out err));
}

mkdir "$dir/rules";
put('rules/10-a.rules', "rule a\n    reason \"A\"\n    when bulk\n    spam +1\n");
my $good = put('good.conf', qq(tenant "a" {\n\tdomains = "example.org"\n}\nsocket = "inet:8891\@127.0.0.1"\n)
    . qq(rules_dir = "$dir/rules"\nstore = "mem:"\nuse_text_model = no\n)
    . qq(quarantine_dir = "$dir/new/quarantine"\njournal_dir = "$dir/journal"\ncontrol_socket = "$dir/control"\n));
my ($status, $out, $err) = run_check('-c', $good);
is($status, 0, 'a right file is exit 0');
is($err, '', 'and says nothing on standard error');
like($out, qr/^\Q$good\E: ok, 1 tenant, 1 policy, mode observe$/m, 'it is ok');
like($out, qr/inet:8891\@127\.0\.0\.1.*Sendmail.*Postfix writes inet:127\.0\.0\.1:8891/, 'both notations');
like($out, qr/^    smtpd_milters = \{ inet:127\.0\.0\.1:8891,$/m, "Postfix's line");

like($out, qr/^\Q$dir\E\/rules: ok, 1 rule, all tests pass$/m, 'and so are the rules');
put('rules/20-b.rules', "rule b\n    reason \"B\"\n    when bulky\n    spam +1\n");
($status, $out, $err) = run_check('-c', $good);
is($status, 1, 'a wrong rule is exit 1');
like($err, qr/^\Q$dir\E\/rules\/20-b\.rules:3:\d+: .*bulky.*did you mean "bulk"/m, 'with file, line, column and a suggestion');
unlink "$dir/rules/20-b.rules";

# where the daemon would fail to start, this fails: a file where a folder should be, a folder that is missing
for my $place (['quarantine_dir', "$dir/good.conf", 'a file'], ['journal_dir', "$dir/good.conf/x", 'below a file'],
	['control_socket', "$dir/none/control", 'no folder'], ['socket', "unix:$dir/none/sock", 'no folder'], ['store', "lmdb:$dir/broken", 'a damaged store']) {
	my ($option, $path, $why) = @$place;
	put('broken', 'x' x 9000);
	my $text = join '', grep { !/^$option = / } split /^/, do { open my $f, '<', $good or die; local $/; <$f> };
	($status, $out, $err) = run_check('-c', put('place.conf', qq($option = "$path"\n$text)));
	isnt($status, 0, "$option: $why");
	like($err, qr/^(?:\Q$dir\E\/place\.conf:\d+: )?$option|$option: /m, 'is named');
	is($out, '', 'and not called right');
}
ok(!-e "$dir/new" && !-e "$dir/journal", 'nothing was made');
SKIP: {
	skip 'only root can be somebody else', 2 if $> != 0 || !getpwnam 'nobody';
	chmod 0700, $dir;
	my $text = do { open my $f, '<', $good or die; local $/; <$f> };
	($status, $out, $err) = run_check('-c', put('user.conf', qq(user = "nobody"\n$text)));
	isnt($status, 0, "what the daemon's user cannot read is wrong");
	like($err, qr/Permission denied/, 'and why');
}

my $bad = put('bad.conf', qq(# c\nmode = enforced\ntenant "a" {\n\tdomain = "example.org"\n}\n));
($status, $out, $err) = run_check('-c', $bad);
is($status, 1, 'a wrong file is exit 1');
is($out, '', 'and says nothing on standard output');
is($err, <<"END", 'all that is wrong, each with file and line');
$bad:2: mode: "enforced" is not a mode: observe or enforce; did you mean "enforce"?
$bad:3: tenant "a" has no domains: write domains = "example.org" with its mail domains
$bad:4: unknown option "domain" in a tenant; did you mean "domains"?
END

($status, $out, $err) = run_check('-c', "$dir/none.conf");
is($status, 1, 'a missing file is exit 1');
is($err, "$dir/none.conf: cannot open: No such file or directory\n", 'and is named');

($status, $out, $err) = run_check('--nonsense');
is($status, 2, 'a wrong option is exit 2');
($status, $out, $err) = run_check($good);
is($status, 2, 'a stray argument is exit 2');
like($err, qr/-c/, 'and says how a file is named');

($status, $out, $err) = run_check('-c', $good, '--dump');
is($status, 0, '--dump');
like($out, qr/^socket = "inet:8891\@127\.0\.0\.1"  # \Q$good\E:4$/m, 'a value that was written, and where');
like($out, qr/^log_level = info  # default$/m, 'one that was not');
my $again = put('again.conf', $out);
my ($second, $dumped) = run_check('-c', $again, '--dump');
s/  # .*//g for $out, $dumped;
is($dumped, $out, 'a dump is a configuration');

($status, $out) = run_check('-c', 'conf/wonted.conf', '--dump');
is($status, 0, 'the shipped configuration is right');
done_testing;
