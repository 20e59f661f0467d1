/** WeChat Official Accounts. */
@NullMarked
package dev.hilo.channel.wechat;

import org.jspecify.annotations.NullMarked;
