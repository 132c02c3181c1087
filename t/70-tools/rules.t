#!/usr/bin/perl
# `wonted rules` as an admin and an editor use it: what it prints, what it changes, and what
# it answers with.
use strict; use warnings;
use Test::More;
use File::Temp;
use File::Copy ();

my $wonted = ($ENV{WONTED_BUILD} // 'build/debug') . '/wonted';
plan skip_all => "$wonted is not built" unless -x $wonted;
my $dir = File::Temp->newdir;

sub write_file { my ($name, $text) = @_; open my $out, '>', "$dir/$name" or die; print $out $text; close $out }
sub read_file { my ($name) = @_; open my $in, '<', "$dir/$name" or die; local $/; return <$in> }
sub wonted {
	my $out = `$wonted rules @_ 2>$dir/stderr`;
	return ($? >> 8, $out, read_file('stderr'));
}

my $good = qq{rule a\n    reason  "A"\n    when    bulk\n    spam    +1\n};

# check
my ($status, $out, $err) = wonted('check', $dir);
is $status, 1, 'an empty folder is wrong input';
like $err, qr/no \*\.rules file/, 'and it says so';
write_file('10-a.rules', $good);
($status, $out) = wonted('check', $dir);
is $status, 0, 'good rules are fine';
like $out, qr/1 rule is fine/, 'and counted';
write_file('20-b.rules', qq{rule b\n    reason  "B"\n    when    blk\n    spam    +1\n});
($status, $out, $err) = wonted('check', $dir);
is $status, 1, 'a wrong name is wrong input';
is $err, qq{$dir/20-b.rules:3:13: there is no name "blk"; did you mean "bulk"?\n}, 'the complaint stands alone on its line';
unlink "$dir/20-b.rules";
($status) = wonted('check', "$dir/absent");
is $status, 1, 'no such folder';

# test
write_file('10-a.rtest', qq{test "yes"\n    given   bulk yes\n    expect  rule a yes\ntest "wrong"\n    expect  rule a yes\n});
($status, $out) = wonted('test', $dir);
is $status, 1, 'a failed test is wrong input';
like $out, qr/^ok 1 - \S+10-a\.rtest:1 yes\nnot ok 2 - \S+10-a\.rtest:4 wrong\n# \S+10-a\.rtest:5:5: rule a came out no.*\n1\.\.2\n\z/, 'told as TAP';
write_file('10-a.rtest', qq{test "yes"\n    given   bulk yes\n    expect  rule a yes\n});
($status, $out) = wonted('test', $dir);
is $status, 0, 'passed tests';
like $out, qr/\n1\.\.1\n\z/, 'with a plan';

# fmt
write_file('30-c.rules', qq{rule c reason "C" when bulk spam 1 # why\n});
($status, $out) = wonted('fmt', "$dir/30-c.rules");
is $status, 0, 'fmt prints';
is $out, qq{rule c\n    reason  "C"\n    when    bulk\n    spam    +1  # why\n}, 'what it would write';
($status, $out) = wonted('fmt --check', "$dir/10-a.rules", "$dir/30-c.rules");
is $status, 1, 'fmt --check tells';
is $out, "$dir/30-c.rules\n", 'which file would change';
chmod 0640, "$dir/30-c.rules";
($status) = wonted('fmt -w', "$dir/10-a.rules", "$dir/30-c.rules");
is $status, 0, 'fmt -w writes';
is((stat "$dir/30-c.rules")[2] & 0777, 0640, 'and keeps the permissions');
($status, $out) = wonted('fmt --check', "$dir/30-c.rules");
is $status, 0, 'after that it is as it should be';
write_file('30-c.rules', 'rule c when');
($status, $out, $err) = wonted('fmt -w', "$dir/30-c.rules");
is $status, 1, 'fmt does not write what it cannot read';
is read_file('30-c.rules'), 'rule c when', 'and leaves it alone';
like $err, qr/30-c\.rules:1:12: the file ends here/, 'and says why';
unlink "$dir/30-c.rules";

# a file of the site's own changes what came with the program
write_file('30-c.rules', qq{adjust a spam +1 # less\n\nextend list x "b" "c"\noverride rule a reason "A" when bulk\nspam 2\nadjust a off\n});
($status, $out) = wonted('fmt', "$dir/30-c.rules");
is $out, qq{adjust a\n    spam    +1  # less\n\nextend list x "b" "c"\n\noverride rule a\n    reason  "A"\n    when    bulk\n    spam    +2\n\nadjust a\n    off\n},
	'fmt knows override, adjust and extend';
write_file('30-c.rules', qq{adjust a off\n});
($status, $out) = wonted('check', $dir);
is $status, 0, 'a rule that is switched off stops nothing';
like $out, qr/^tests that no longer hold, .*: 1 \(see wonted rules test\)$/m, 'but it is told';
($status, $out) = wonted('test', $dir);
like $out, qr/^ok 1 - \S+ yes # SKIP its rule is changed in \S+30-c\.rules:1$/m, 'with the place of the change';
($status, $out) = wonted('list', $dir);
like $out, qr/^    changed in \S+30-c\.rules:1$/m, 'list tells it as well';
unlink "$dir/30-c.rules";

# list, names, usage
($status, $out) = wonted('list', $dir);
like $out, qr/^a  \(\S+10-a\.rules:1\)\n\s+spam \+1\n\s+when bulk\n\s+A\n\z/, 'list tells each rule';
($status, $out) = wonted('show a', $dir);
like $out, qr/^a  \(\S+10-a\.rules:1\)\n\s+spam \+1\n/, 'show tells one';
($status, $out, $err) = wonted('show aa', $dir);
is $status, 1, 'a rule that is not there is wrong input';
like $err, qr/there is no rule "aa"; did you mean "a"\?/, 'and the nearest is named';
($status, $out, $err) = wonted('list', $dir, 'more');
is $status, 2, 'a word too many is wrong usage';
like $err, qr/"more" is one word too many/, 'and it is named';
is((wonted('show'))[0], 2, 'show without a name is wrong usage');
($status, $out) = wonted('names');
like $out, qr/^pair\.days_known\s+number of days\s+recipient\s+\S/m, 'names tells type, unit, scope and meaning';
($status, $out) = wonted('names --markdown');
like $out, qr/^\| `pair\.days_known` \| number of days \| recipient \| /m, 'names for the README';
is((wonted())[0], 2, 'no word is wrong usage');
is((wonted('chekc'))[0], 2, 'a wrong word is wrong usage');
is((wonted('fmt'))[0], 2, 'fmt without files is wrong usage');
is((wonted('--help'))[0], 0, 'help');

# the shipped rules
is((wonted('check rules'))[0], 0, 'the shipped rules are fine');
done_testing;
