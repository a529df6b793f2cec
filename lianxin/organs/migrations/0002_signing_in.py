"""Tables of signing in: accounts, passkeys, sessions, the record of sign-ins, and budgets of tries."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('organs', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Session',
            fields=[
                ('session_key', models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name='session key')),
                ('session_data', models.TextField(verbose_name='session data')),
                ('expire_date', models.DateTimeField(db_index=True, verbose_name='expire date')),
                ('staff_id', models.BigIntegerField(db_index=True, null=True)),
                ('started_at', models.DateTimeField(null=True)),
                ('seen_at', models.DateTimeField(null=True)),
                ('network', models.CharField(blank=True, max_length=45, verbose_name='网络地址')),
                ('device', models.CharField(blank=True, max_length=120, verbose_name='浏览器')),
            ],
            options={
                'verbose_name': 'session',
                'verbose_name_plural': 'sessions',
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='Budget',
            fields=[
                ('key', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('tries', models.IntegerField(default=0)),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['since'], name='budget_since')],
                'constraints': [models.CheckConstraint(condition=models.Q(('tries__gte', 0)), name='budget_tries')],
            },
        ),
        migrations.CreateModel(
            name='Passkey',
            fields=[
                ('handle', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('credential_id', models.BinaryField(max_length=1023)),
                ('public_key', models.BinaryField(max_length=2000)),
                ('sign_count', models.BigIntegerField(default=0)),
                ('name', models.CharField(max_length=40, verbose_name='名称')),
                ('added_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(null=True)),
                ('staff', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
        ),
        migrations.CreateModel(
            name='SignInEvent',
            fields=[
                ('pk', models.CompositePrimaryKey('staff_id', 'id', blank=True, editable=False, primary_key=True, serialize=False)),
                ('staff_id', models.BigIntegerField()),
                ('id', models.BigIntegerField()),
                ('what', models.CharField(choices=[('in', '登录'), ('out', '退出'), ('wrong', '密码不对'), ('wait', '试得太多，被拦下'), ('wrong2', '第二重验证不对'), ('proved', '再次验证身份'), ('password', '修改密码'), ('first', '管理员设置初始密码'), ('totp_on', '开启动态口令'), ('totp_off', '关闭动态口令'), ('key_on', '添加通行密钥'), ('key_off', '删除通行密钥'), ('codes', '重新生成备用码'), ('recovered', '使用备用码'), ('ended', '结束别处的登录'), ('reset1', '管理员申请解除第二重验证'), ('reset2', '另一位管理员同意解除第二重验证')], max_length=12, verbose_name='登录事项')),
                ('at', models.DateTimeField(verbose_name='时间')),
                ('network', models.CharField(blank=True, max_length=45, verbose_name='网络地址')),
                ('device', models.CharField(blank=True, max_length=120, verbose_name='浏览器')),
                ('by_id', models.BigIntegerField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['at'], name='sign_in_event_at')],
            },
        ),
        migrations.CreateModel(
            name='Account',
            fields=[
                ('staff', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='+', serialize=False, to=settings.AUTH_USER_MODEL)),
                ('first_password', models.BooleanField(default=False, verbose_name='初始密码')),
                ('password_at', models.DateTimeField(null=True, verbose_name='设置密码时间')),
                ('earlier', models.JSONField(default=list, verbose_name='用过的密码')),
                ('totp_box', models.BinaryField(default=b'', verbose_name='动态口令密钥（密封）')),
                ('totp_suite', models.CharField(blank=True, default='', max_length=12)),
                ('totp_step', models.BigIntegerField(default=0)),
                ('totp_at', models.DateTimeField(null=True)),
                ('recovery', models.JSONField(default=dict, verbose_name='备用码')),
                ('used_at', models.DateTimeField(null=True, verbose_name='最近登录')),
                ('reset_note', models.CharField(blank=True, default='', max_length=200, verbose_name='解除第二重验证的说明')),
                ('reset_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('reset_by', None), models.Q(('reset_note', ''), _negated=True), _connector='OR'), name='account_reset_has_note')],
            },
        ),
    ]
