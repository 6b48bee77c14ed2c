import type { Sample, ShownToken } from '../../core/dialect.ts'

/**
 * The documented example of the update, with the vendor's own body. A new workspace has no user to
 * update, so the inner call makes one and hands its id to the outer.
 */
export function samples(baseUrl: string, token: ShownToken): Sample[] {
  const users = `${baseUrl}/open/v5/users`
  const headers = [
    `-H 'x-access-key: ${token.accessKey}'`,
    `-H 'x-access-secret: ${token.accessSecret}'`,
    "-H 'content-type: application/json'",
  ].join(' ')
  const made = `$(curl -s -X PUT '${users}/@my_custom_id' ${headers} -d '{}' | sed 's/.*"user":{"id":"\\([0-9a-f]*\\)".*/\\1/')`
  const command = `curl -X PATCH "${users}/${made}" ${headers} -d '${JSON.stringify(documentedBody)}'`
  const plain = `curl -X PUT '${users}/@my_custom_id' ${headers} -d '${JSON.stringify({ profile: { ...profile, property2: 124 } })}'`
  return [
    { title: 'Channel Talk: PATCH /open/v5/users/{userId}', command },
    { title: 'Channel Talk: PUT /open/v5/users/@{memberId}', command: plain },
  ]
}

const profile = { name: 'test', mobileNumber: '+821000000000', property1: 'value', property2: 123 }
/** https://developers.channel.io/docs/update-a-user */
const documentedBody = {
  profile,
  profileOnce: {},
  tags: ['tag1', 'tag2'],
  unsubscribeEmail: false,
  unsubscribeTexting: false,
}
